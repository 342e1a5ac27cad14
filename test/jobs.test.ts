import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTickClaim } from '../src/control/tick-claim.ts';
import { createJobs } from '../src/jobs.ts';
import { redisBackends, type TestRedis } from './redis-backends.ts';
import { VirtualTime } from './virtual-time.ts';

describe.each(redisBackends())('what is due by the minute, on $name', ({ open }) => {
  let redis: TestRedis;
  let time: VirtualTime;
  let sealed: string[];
  const behind: Promise<void>[] = [];
  const scope = { waitUntil: (work: Promise<void>) => void behind.push(work), clientAddress: '' };
  beforeAll(async () => {
    redis = await open();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.run('FLUSHALL');
    time = new VirtualTime();
    sealed = [];
  });

  function isolate(name: string) {
    const done: string[] = [];
    const jobs = createJobs({
      log: {
        drain: async () => done.push('flush') > 0,
        hasRoom: () => true,
        isFull: () => false,
        paceMs: () => 0,
        append: () => undefined,
        acknowledge: async () => ({ ok: true, value: undefined }),
        putOut: async () => ({ ok: true, value: undefined }),
        status: () => ({
          ...{ pendingRecords: 0, pendingBytes: 0, refusedRecords: 0, behindMs: 0, lastFailure: null },
        }),
      },
      outbox: {
        run: async () => void done.push('outbox'),
        follow: () => undefined,
        status: () => ({ lastFailure: null }),
      },
      sealer: { run: async () => void sealed.push(name) },
      judgeExperiments: async () => void done.push('judge'),
      auditSilence: async () => undefined,
      auditEndedOverrides: async () => undefined,
      tickClaim: createTickClaim(redis.redis),
      clock: time,
      timers: time,
      levelControl: async () => void done.push('level'),
      requestsInFlight: () => 0,
      startDraining: () => void done.push('draining'),
    });
    return { jobs, done };
  }

  /** A request a second on each isolate; Redis' own clock stands, so a claim ends when the test lets it. */
  async function serve(seconds: number, isolates: readonly ReturnType<typeof isolate>[]): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      for (const { jobs } of isolates) jobs.follow(scope);
      await Promise.all(behind.splice(0));
      await time.advance(1_000);
    }
  }

  it('is done behind answers where no cron fires: by one isolate, all of it, and not with the first answer', async () => {
    const isolates = ['a', 'b', 'c'].map(isolate);
    await serve(29, isolates);
    expect(sealed).toEqual([]);
    await serve(3, isolates);
    const done = () => isolates.flatMap((each) => each.done).sort();
    expect(done()).toEqual(['flush', 'judge', 'level', 'outbox']);
    await serve(120, isolates);
    expect(done()).toHaveLength(4);
    await redis.run('DEL', 'ultrathink:tick-claim');
    await serve(32, isolates);
    expect(done()).toHaveLength(8);
  });

  it('is sealed by every isolate that can, whoever does the rest: sealing has a claim of its own', async () => {
    const isolates = ['a', 'b', 'c'].map(isolate);
    await serve(32, isolates);
    expect(sealed.sort()).toEqual(['a', 'b', 'c']);
  });

  it('is left to the cron where one fires', async () => {
    const [cron, busy] = [isolate('cron'), isolate('busy')];
    await cron.jobs.run('* * * * *');
    await serve(120, [busy]);
    expect(busy.done).toEqual([]);
    expect(new Set(sealed)).toEqual(new Set(['cron', 'busy']));
    const leftMs = Number(await redis.run('PTTL', 'ultrathink:tick-claim'));
    expect(leftMs).toBeGreaterThan(60_000);
    expect(leftMs).toBeLessThanOrEqual(65_000);
  });

  it('is done by the cron though Redis is away, and not behind answers', async () => {
    const { jobs, done } = isolate('a');
    const flushed: string[] = [];
    const away = createJobs({
      log: { drain: async () => flushed.push('away') > 0 } as never,
      outbox: { run: async () => undefined } as never,
      sealer: null,
      judgeExperiments: async () => undefined,
      auditSilence: async () => undefined,
      auditEndedOverrides: async () => undefined,
      tickClaim: createTickClaim({ set: async () => Promise.reject(new Error('away')) }),
      clock: time,
      timers: time,
      levelControl: async () => undefined,
      requestsInFlight: () => 0,
      startDraining: () => undefined,
    });
    await serve(60, [{ jobs: away, done }]);
    expect(flushed).toEqual([]);
    await away.run('* * * * *');
    expect(flushed).toEqual(['away']);
    await jobs.run('drain');
    expect(done).toEqual(['draining', 'flush']);
  });
});
