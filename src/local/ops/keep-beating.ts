import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../client/client.ts';
import { type Told, tellReply } from './tell-reply.ts';

/** Heartbeats until the process is stopped; one that fails is told, and the next is sent all the same. */
export async function keepBeating(
  client: Pick<Client, 'heartbeat'>,
  everySeconds: number,
  print: (told: Told) => void,
): Promise<never> {
  if (!(everySeconds >= 1)) throw new Error('--every takes seconds, 1 or more');
  for (;;) {
    print(tellReply('heartbeat', await client.heartbeat()));
    await sleep(everySeconds * 1_000);
  }
}
