import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/control/breakers/breaker.ts';
import {
  type BreakerName,
  breakerNames,
  breakerSettings,
} from '../../../src/control/breakers/breaker-settings.ts';
import { type BreakerNews, decodeNews } from '../../../src/control/breakers/breaker-wire.ts';
import { redisKeys } from '../../../src/control/redis-keys.ts';
import { redisBackends, type TestRedis } from '../../redis-backends.ts';
import { timedSync } from './timed-sync.ts';

const startUs = 1_790_000_000_000_000;

/** One thing that happens to a breaker: a report, of the held generation or of another, at an instant. */
interface Event {
  readonly name: BreakerName;
  readonly afterMs: number;
  readonly kind: Report['kind'] | 'none';
  /** Which generation it is of: that held now, the one before, one that nobody has heard of, or 0. */
  readonly of: 'held' | 'past' | 'later' | 'none';
  readonly wanted: number;
  /** Which of the leases ever granted for the breaker. */
  readonly lease: number;
  readonly restored: 'open' | 'tripped';
}

const events = fc.array(
  fc.record<Event>({
    name: fc.constantFrom(...breakerNames),
    afterMs: fc.oneof(
      fc.nat({ max: 50 }),
      fc.integer({ min: 3_000, max: 20_000 }),
      fc.integer({ min: 20_000, max: 500_000 }),
    ),
    kind: fc.constantFrom(
      'open',
      'open',
      'probe',
      'probe',
      'probe',
      'succeeded',
      'succeeded',
      'failed',
      'restore',
      'none',
    ),
    of: fc.constantFrom('held', 'held', 'held', 'held', 'past', 'later', 'none'),
    wanted: fc.integer({ min: 1, max: 4 }),
    lease: fc.nat({ max: 30 }),
    restored: fc.constantFrom('open', 'tripped'),
  }),
  { minLength: 5, maxLength: 60 },
);

/** The table of control/lua/breakers.ts once more, as plainly as it can be told. */
interface Modelled {
  state: 'closed' | 'open' | 'tripped';
  generation: number;
  past: number;
  untilUs: number;
  openings: number;
  successes: number;
  leases: Map<string, number>;
  everGranted: string[];
}

const fresh = (): Modelled => ({
  state: 'closed',
  generation: 0,
  past: 0,
  untilUs: 0,
  openings: 0,
  successes: 0,
  leases: new Map(),
  everGranted: [],
});

function begin(model: Modelled, state: Modelled['state']): void {
  Object.assign(model, { state, past: model.generation, generation: -1, successes: 0, leases: new Map() });
  if (state !== 'open') model.openings = 0;
}

function open(model: Modelled, name: BreakerName, nowUs: number): void {
  const { openMs, openMsMax } = breakerSettings[name];
  begin(model, 'open');
  model.openings += 1;
  model.untilUs = nowUs + 1_000 * Math.min(openMsMax, openMs * 2 ** (model.openings - 1));
}

const live = (model: Modelled, nowUs: number): string[] =>
  [...model.leases].filter(([, untilUs]) => untilUs > nowUs).map(([lease]) => lease);

/** Gives the leases that the report is granted. A generation of −1 is one to be learnt from the store. */
function step(
  model: Modelled,
  name: BreakerName,
  report: Report,
  requestId: string,
  nowUs: number,
): string[] {
  const { probes, probeLeaseMs } = breakerSettings[name];
  if (report.kind === 'open') {
    if (model.state === 'closed' && report.generation >= model.generation) open(model, name, nowUs);
    return [];
  }
  if (report.kind === 'restore') {
    if (report.generation <= model.generation) return [];
    if (report.state === 'open') open(model, name, nowUs);
    else begin(model, 'tripped');
    return [];
  }
  if (model.state !== 'open' || report.generation !== model.generation) return [];
  if (report.kind === 'probe') {
    if (nowUs < model.untilUs) return [];
    const free = Math.max(0, probes - model.successes - live(model, nowUs).length);
    const leases = Array.from(
      { length: Math.min(free, report.wanted) },
      (_, index) => `${requestId}.${index + 1}`,
    );
    for (const lease of leases) model.leases.set(lease, nowUs + probeLeaseMs * 1_000);
    model.everGranted.push(...leases);
    return leases;
  }
  if (!live(model, nowUs).includes(report.lease)) return [];
  if (report.kind === 'failed') {
    open(model, name, nowUs);
    return [];
  }
  model.leases.delete(report.lease);
  model.successes += 1;
  if (model.successes >= probes) begin(model, 'closed');
  return [];
}

function reportOf(event: Event, model: Modelled): Report | undefined {
  const generation = { held: model.generation, past: model.past, later: model.generation + 7, none: 0 }[
    event.of
  ];
  switch (event.kind) {
    case 'none':
      return undefined;
    case 'open':
      return { kind: 'open', generation };
    case 'restore':
      return { kind: 'restore', generation, state: event.restored };
    case 'probe':
      return { kind: 'probe', generation, wanted: event.wanted };
    case 'succeeded':
    case 'failed': {
      const lease = model.everGranted.at(-1 - (event.lease % Math.max(1, model.everGranted.length)));
      return { kind: event.kind, generation, lease: lease ?? 'never-granted.1' };
    }
  }
}

describe('the shared half of the breakers', () => {
  const stores: { name: string; store: TestRedis }[] = [];

  beforeAll(async () => {
    for (const { name, open: start } of redisBackends()) stores.push({ name, store: await start() });
  });
  afterAll(async () => {
    for (const { store } of stores) await store.close();
  });

  async function restart(): Promise<void> {
    for (const { store } of stores) {
      await store.run('FLUSHALL');
      await store.run(
        'HSET',
        redisKeys.control,
        'epoch',
        '1',
        'state',
        'ACTIVE',
        'registry',
        '0',
        'seededAt',
        '0',
      );
    }
  }

  it('follows its table on any sequence of reports, and every store replies the same to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (sequence) => {
        await restart();
        const models = new Map(breakerNames.map((name) => [name, fresh()]));
        let nowUs = startUs;
        let revision = 0;
        for (const [index, event] of sequence.entries()) {
          nowUs += event.afterMs * 1_000;
          const model = models.get(event.name) ?? fresh();
          const report = reportOf(event, model);
          const requestId = `request-${index}`;
          const settings = breakerSettings[event.name];
          const reports = report ? [{ name: event.name, report, settings }] : [];
          const ask = { requestId, breakers: { revision, reports } };
          const replies = [];
          for (const { store } of stores) replies.push(await timedSync(store, ask, nowUs));
          for (const reply of replies) expect(reply).toEqual(replies[0]);
          const granted = report ? step(model, event.name, report, requestId, nowUs) : [];
          const news = newsOf(replies[0], reports.length > 0);
          expect(news?.granted.flatMap(({ leases }) => leases) ?? []).toEqual(granted);
          checkAgainst(models, news, nowUs);
          revision = news?.revision ?? revision;
        }
      }),
      { numRuns: 150 },
    );
  });

  const newsOf = (reply: Readonly<Record<string, string>> | undefined, isReported: boolean) => {
    const told = reply?.['breakers'];
    if (told === undefined) expect(isReported).toBe(false);
    return told === undefined ? undefined : decodeNews(told, reply?.['probes'] ?? '');
  };

  function checkAgainst(
    models: Map<BreakerName, Modelled>,
    news: BreakerNews | undefined,
    nowUs: number,
  ): void {
    for (const [name, model] of models) {
      expect(live(model, nowUs).length + model.successes).toBeLessThanOrEqual(breakerSettings[name].probes);
      if (!news) continue;
      const told = news.shared.get(name) ?? { state: 'closed', generation: 0 };
      expect({ name, state: told.state }).toEqual({ name, state: model.state });
      if (told.state === 'open') {
        expect(told.waitMs).toBe(Math.max(0, Math.ceil((model.untilUs - nowUs) / 1_000)));
      }
      if (model.generation === -1) {
        expect(told.generation).toBeGreaterThan(model.past);
        model.generation = told.generation;
      }
      expect(told.generation).toBe(model.generation);
    }
  }

  it('says nothing to an isolate that knows the revision, and all to one that does not', async () => {
    await restart();
    for (const { store } of stores) {
      const quiet = await timedSync(
        store,
        { requestId: 'a', breakers: { revision: 0, reports: [] } },
        startUs,
      );
      expect(quiet).not.toHaveProperty('breakers');
      const report = {
        name: 'order',
        report: { kind: 'open', generation: 0 },
        settings: breakerSettings.order,
      } as const;
      const opened = await timedSync(
        store,
        { requestId: 'b', breakers: { revision: 0, reports: [report] } },
        startUs,
      );
      const revision = Number(opened['breakers']?.split(';')[0]);
      const later = startUs + 1_000_000;
      expect(
        await timedSync(store, { requestId: 'c', breakers: { revision, reports: [] } }, later),
      ).not.toHaveProperty('breakers');
      const told = await timedSync(store, { requestId: 'd', breakers: { revision: 0, reports: [] } }, later);
      expect(told['breakers']).toBe(`${revision};order open ${revision - 1} 119000`);
    }
  });

  it('grants a request that is delivered twice the same leases, and no more', async () => {
    await restart();
    const settings = breakerSettings.decision;
    const name = 'decision';
    for (const { store } of stores) {
      const send = (requestId: string, report: Report, nowUs: number) =>
        timedSync(
          store,
          { requestId, breakers: { revision: 0, reports: [{ name, report, settings }] } },
          nowUs,
        );
      await send('a', { kind: 'open', generation: 0 }, startUs);
      const probe: Report = { kind: 'probe', generation: startUs, wanted: 2 };
      const later = startUs + 30_000_000;
      const first = await send('b', probe, later);
      expect(first['probes']).toBe(`decision ${startUs} b.1,b.2`);
      expect((await send('b', probe, later + 1_000))['probes']).toBe(first['probes']);
      expect((await send('c', probe, later + 2_000))['probes']).toBe(`decision ${startUs} c.1`);
      expect((await send('d', probe, later + 3_000))['probes']).toBe('');
    }
  });

  it('takes a breaker that it cannot read for tripped', async () => {
    await restart();
    for (const { store } of stores) {
      await store.run('HSET', redisKeys.breakers, 'decision', 'what is this');
      const told = await timedSync(
        store,
        { requestId: 'a', breakers: { revision: 1, reports: [] } },
        startUs,
      );
      expect(told['breakers']).toContain(`decision tripped ${startUs} 0`);
    }
  });

  it('is probed again when the clock of the store stepped back by hours', async () => {
    await restart();
    const settings = breakerSettings.decision;
    for (const { store } of stores) {
      const send = (requestId: string, report: Report, nowUs: number) =>
        timedSync(
          store,
          { requestId, breakers: { revision: 0, reports: [{ name: 'decision', report, settings }] } },
          nowUs,
        );
      await send('a', { kind: 'open', generation: 0 }, startUs);
      const back = startUs - 7_200_000_000;
      const probed = await send('b', { kind: 'probe', generation: startUs, wanted: 1 }, back);
      expect(probed['probes']).toBe(`decision ${startUs} b.1`);
    }
  });
});
