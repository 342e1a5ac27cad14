import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../src/control/breakers/breaker.ts';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { Question } from '../../src/decision/question.ts';
import { createSupplyBars } from '../../src/decision/supply-bars.ts';
import type { Bar } from '../../src/features/bar.ts';
import type { SourceFault } from '../../src/market/bar-source.ts';
import { constantModel } from '../http/served-model.ts';
import { VirtualTime } from '../virtual-time.ts';

const settings = breakerSettings['market-data'];
const bars: readonly Bar[] = [{ tMs: 1, open: 1, high: 1, low: 1, close: 1, volume: 1 }];
const failed: Result<never, SourceFault> = err({ kind: 'failed', detail: 'is away' });
const refused: Result<never, SourceFault> = err({ kind: 'refused', detail: 'has none' });

function setUp() {
  const time = new VirtualTime();
  const world = { answer: ok(bars) as Result<readonly Bar[], SourceFault>, calls: 0 };
  const breaker = createBreaker(settings);
  const source = {
    load: async () => {
      world.calls += 1;
      return world.answer;
    },
  };
  const supplyBars = createSupplyBars({ source, breaker, clock: time, cachedMsMax: 300_000 });
  const ask = async (change: Partial<Question> = {}) => {
    const question = { symbol: 'DEMO', asOfMs: null, model: constantModel(0.7), ...change } as Question;
    return (await supplyBars(question)).input;
  };
  return { time, world, breaker, ask };
}

const fetched = { kind: 'bars', from: 'fetched', bars };
const cached = { kind: 'bars', from: 'cached', bars };

describe('bars for a question without data', () => {
  it('are fetched, and good for the same symbol for a second', async () => {
    const { time, world, ask } = setUp();
    expect(await ask()).toEqual(fetched);
    await time.advance(999);
    expect(await ask()).toEqual(fetched);
    expect(world.calls).toBe(1);
    expect(await ask({ symbol: 'OTHER' })).toEqual(fetched);
    await time.advance(1);
    expect(await ask()).toEqual(fetched);
    expect(world.calls).toBe(3);
  });

  it('are those of before while the source fails, until they are too old', async () => {
    const { time, world, ask } = setUp();
    await ask();
    world.answer = failed;
    await time.advance(300_000);
    expect(await ask()).toEqual(cached);
    await time.advance(1);
    expect(await ask()).toMatchObject({ kind: 'none', missing: 'the market data source is away' });
  });

  it('are none where the source fails and there were none, and where it has none', async () => {
    const { time, world, ask } = setUp();
    world.answer = failed;
    expect(await ask()).toMatchObject({ kind: 'none' });
    world.answer = ok(bars);
    await ask();
    await time.advance(1_000);
    world.answer = refused;
    expect(await ask()).toMatchObject({ kind: 'none', missing: 'the market data source has none' });
  });

  it('stop being asked for once the breaker is open, and what was refused does not open it', async () => {
    const { time, world, breaker, ask } = setUp();
    await ask();
    world.answer = refused;
    for (let call = 0; call < 2 * settings.failures; call += 1) {
      await time.advance(1_000);
      await ask();
    }
    expect(breaker.state(time.monotonicMs())).toBe('closed');
    world.answer = failed;
    for (let call = 0; call < settings.failures; call += 1) {
      await time.advance(1_000);
      expect(await ask()).toEqual(cached);
    }
    expect(breaker.state(time.monotonicMs())).toBe('open');
    const { calls } = world;
    world.answer = ok(bars);
    expect(await ask()).toEqual(cached);
    expect(await ask({ symbol: 'OTHER' })).toMatchObject({ kind: 'none' });
    expect(world.calls).toBe(calls);
  });

  it('are not fetched of history, nor without a source', async () => {
    const { world, ask } = setUp();
    expect(await ask({ asOfMs: 1 })).toMatchObject({ kind: 'none' });
    expect(world.calls).toBe(0);
    const breaker = createBreaker(settings);
    const bare = createSupplyBars({ source: null, breaker, clock: new VirtualTime(), cachedMsMax: 1 });
    expect((await bare({ input: { kind: 'none', missing: '' } } as Question)).input).toMatchObject({
      missing: 'send bars or features: no market data source is configured',
    });
  });

  it('are held for a bounded number of symbols, the latest', async () => {
    const { time, world, ask } = setUp();
    for (let index = 0; index < 100; index += 1) await ask({ symbol: `S${index}` });
    world.answer = failed;
    await time.advance(1_000);
    expect(await ask({ symbol: 'S99' })).toEqual(cached);
    expect(await ask({ symbol: 'S10' })).toMatchObject({ kind: 'none' });
  });
});
