import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../risk/target.ts';
import { createDirectRestrict } from './direct-restrict.ts';
import { storesHere } from './stores-here.ts';
import { restrictionLine } from './tell-reply.ts';

/** The kill switch past the service: both stores by the same means as the service itself. Either is enough. */
export async function directHalt(target: Target, reason: string, asJson: boolean): Promise<number> {
  const behind: Promise<void>[] = [];
  const restrict = await createDirectRestrict(storesHere(), {
    fetch,
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    timers: {
      sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }).catch(() => undefined),
    },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    report: (failure) => console.error(failure),
  });
  const scope = { waitUntil: (work: Promise<void>) => void behind.push(work), clientAddress: '' };
  const actor = { kind: 'component', name: `ops halt --direct by ${userInfo().username}` } as const;
  const outcome = await restrict.halt(target, { actor, reason, clientAddress: null }, scope);
  switch (outcome.kind) {
    case 'restricted': {
      const { entry, stores } = outcome;
      const effectiveBy = new Date(outcome.effectiveByMs).toISOString();
      const told = { ...entry, effectiveBy, stores };
      console.log(asJson ? JSON.stringify(told) : restrictionLine(told));
      break;
    }
    case 'full':
      console.error('as many targets are held back as may be named: halt without --target');
      break;
    case 'unconfirmed':
      console.error(`no store confirmed it, and it may have arrived: repeat it (${outcome.detail})`);
      break;
  }
  await Promise.all(behind);
  return outcome.kind === 'restricted' ? 0 : 1;
}
