import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PermitAsk } from '../../src/control/view.ts';
import type { Reply } from '../../src/local/redis-backend.ts';
import { createFleet, type Fleet, type Isolate, type Weather } from './fleet.ts';

/**
 * G1: admitted(key, [0, T]) ≤ (1 + rollbacks) · burst + rate · T, for any number of isolates, on any network.
 * The monitor looks at every admission, for the bucket of every key.
 */
interface Monitor {
  readonly admitted: Map<string, number>;
  readonly breaches: string[];
  rollbacks: number;
  /** The buckets as a replica knew them that may yet take over. */
  replica: readonly Reply[];
}

interface Real {
  readonly fleet: Fleet;
  readonly isolates: readonly Isolate[];
  readonly monitor: Monitor;
}

type Step = fc.AsyncCommand<object, Real>;

const keys: readonly PermitAsk[] = [
  { keyId: 'small', ratePerSecond: 2, burst: 3 },
  { keyId: 'middling', ratePerSecond: 50, burst: 40 },
  { keyId: 'large', ratePerSecond: 400, burst: 300 },
];

function admit({ fleet, monitor }: Real, { keyId, ratePerSecond, burst }: PermitAsk): void {
  const admitted = (monitor.admitted.get(keyId) ?? 0) + 1;
  monitor.admitted.set(keyId, admitted);
  const elapsedSeconds = fleet.time.monotonicMs() / 1_000;
  const bound = (1 + monitor.rollbacks) * burst + ratePerSecond * elapsedSeconds;
  if (admitted > bound) monitor.breaches.push(`${keyId}: ${admitted} > ${bound} at ${elapsedSeconds} s`);
}

function ask(real: Real, isolate: Isolate, key: PermitAsk): void {
  void isolate.permit(key).then((answer) => answer.kind === 'granted' && admit(real, key));
}

const step = (text: string, run: (real: Real) => Promise<void>): Step => ({
  check: () => true,
  run: async (_model, real) => {
    await run(real);
    expect(real.monitor.breaches).toEqual([]);
  },
  toString: () => text,
});

const index = fc.nat({ max: 3 });
const requests = fc
  .record({ by: index, key: fc.nat({ max: keys.length - 1 }), count: fc.integer({ min: 1, max: 40 }) })
  .map(({ by, key, count }) =>
    step(`${count} requests of ${keys[key]?.keyId} at isolate ${by}`, async (real) => {
      for (let sent = 0; sent < count; sent++)
        ask(real, real.isolates[by] as Isolate, keys[key] as PermitAsk);
    }),
  );
const waiting = fc
  .oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 100, max: 1_500 }))
  .map((ms) => step(`${ms} ms pass`, (real) => real.fleet.time.pass(ms)));
const weather: fc.Arbitrary<Weather> = fc.record(
  {
    thereMs: fc.nat({ max: 400 }),
    backMs: fc.nat({ max: 700 }),
    lost: fc.constantFrom('request' as const, 'reply' as const),
    againMs: fc.nat({ max: 1_500 }),
    garbled: fc.constantFrom('{}', '[]', '{"result":["status","OK"]}', 'nonsense'),
  },
  { requiredKeys: ['thereMs', 'backMs'] },
);
const turning = fc.array(weather, { minLength: 1, maxLength: 6 }).map((kinds) =>
  step(`weather ${JSON.stringify(kinds)}`, async ({ fleet }) => {
    let calls = 0;
    fleet.setWeather(() => kinds[calls++ % kinds.length] as Weather);
  }),
);
const cutting = index.map((by) =>
  step(`isolate ${by} is cut off`, async ({ isolates }) => isolates[by]?.cutOff()),
);
const wiping = fc.constant(
  step('Redis is wiped', async ({ fleet, monitor }) => {
    fleet.redis.run(['FLUSHALL']);
    monitor.rollbacks += 1;
  }),
);

const bucketOf = ({ keyId }: PermitAsk) => `ultrathink:bucket:${keyId}`;
const replicating = fc.constant(
  step('a replica copies the buckets', async ({ fleet, monitor }) => {
    monitor.replica = keys.map((key) => fleet.redis.run(['HGETALL', bucketOf(key)]));
  }),
);
const failingOver = fc.constant(
  step('the replica takes over', async ({ fleet, monitor }) => {
    for (const [at, key] of keys.entries()) {
      const copied = (monitor.replica[at] ?? []) as string[];
      fleet.redis.run(['DEL', bucketOf(key)]);
      if (copied.length > 0) fleet.redis.run(['HSET', bucketOf(key), ...copied]);
    }
    monitor.rollbacks += 1;
  }),
);

describe('the rate bound', () => {
  it('holds for four isolates on a network that loses, doubles, delays and garbles, a Redis that is wiped or rolled back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands(
          [requests, requests, waiting, waiting, turning, cutting, wiping, replicating, failingOver],
          {
            maxCommands: 60,
          },
        ),
        async (commands) => {
          const fleet = await createFleet();
          try {
            const isolates = Array.from({ length: 4 }, () => fleet.isolate());
            const monitor: Monitor = { admitted: new Map(), breaches: [], rollbacks: 0, replica: [] };
            await fc.asyncModelRun(() => ({ model: {}, real: { fleet, isolates, monitor } }), commands);
          } finally {
            await fleet.close();
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('leaves little unspent: four isolates under twice the limit are given nine tenths of it', async () => {
    const fleet = await createFleet();
    const isolates = Array.from({ length: 4 }, () => fleet.isolate());
    const key: PermitAsk = { keyId: 'shared', ratePerSecond: 500, burst: 200 };
    let admitted = 0;
    for (let ms = 0; ms < 10_000; ms++) {
      void isolates[ms % 4]?.permit(key).then((answer) => {
        if (answer.kind === 'granted') admitted += 1;
      });
      await fleet.time.pass(1);
    }
    const bound = 200 + 500 * (fleet.time.monotonicMs() / 1_000);
    expect(admitted).toBeLessThanOrEqual(bound);
    expect(admitted).toBeGreaterThan(0.9 * bound);
    await fleet.close();
  });
});
