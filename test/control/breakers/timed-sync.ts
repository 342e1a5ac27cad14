import { type BreakerAsk, encodeReports } from '../../../src/control/breakers/breaker-wire.ts';
import { syncScript } from '../../../src/control/lua/sync.ts';
import { redisKeys } from '../../../src/control/redis-keys.ts';
import type { TestRedis } from '../../redis-backends.ts';

/** A script of ours whose clock is its last argument, in microseconds: the same instants on every store. */
const timed = (script: string): string =>
  script.replaceAll(
    "redis.call('TIME')",
    '{ math.floor(tonumber(ARGV[#ARGV]) / 1000000), tonumber(ARGV[#ARGV]) % 1000000 }',
  );

const source = timed(syncScript);

/** One sync without buckets, at `nowUs`; the reply as named fields. */
export async function timedSync(
  store: Pick<TestRedis, 'run'>,
  ask: { readonly requestId: string; readonly breakers: Omit<BreakerAsk, 'askedAtMs'> },
  nowUs: number,
): Promise<Readonly<Record<string, string>>> {
  const keys = [redisKeys.control, redisKeys.revocations, redisKeys.memo(ask.requestId), redisKeys.breakers];
  const { revision } = ask.breakers;
  const args = [
    '-1',
    '1',
    '1000',
    '5000',
    String(revision),
    encodeReports({ ...ask.breakers, askedAtMs: 0 }),
    '0',
    String(nowUs),
  ];
  const reply = await store.run('EVAL', source, String(keys.length), ...keys, ...args);
  if (!Array.isArray(reply)) throw new Error(JSON.stringify(reply));
  const fields: Record<string, string> = {};
  for (let index = 0; index < reply.length; index += 2) {
    fields[String(reply[index])] = String(reply[index + 1]);
  }
  return fields;
}
