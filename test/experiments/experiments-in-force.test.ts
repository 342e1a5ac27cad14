import { describe, expect, it } from 'vitest';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { Experiment } from '../../src/experiments/experiment.ts';
import { createExperimentsInForce } from '../../src/experiments/experiments-in-force.ts';
import { VirtualTime } from '../virtual-time.ts';
import { experimentOf, shadowTerms } from './experiment-of.ts';

function setUp() {
  const time = new VirtualTime();
  const state = {
    stored: ok([experimentOf(shadowTerms)]) as Result<readonly Experiment[], string>,
    loadMs: 0,
    loads: 0,
  };
  const reported: unknown[] = [];
  const inForce = createExperimentsInForce({
    async load() {
      state.loads += 1;
      const { stored } = state;
      if (state.loadMs > 0) await time.sleep(state.loadMs);
      return stored;
    },
    clock: time,
    report: (failure) => void reported.push(failure),
  });
  const scope = { waitUntil: (work: Promise<void>) => void work, clientAddress: '192.0.2.1' };
  const on = (symbol = 'DEMO', registryEpoch = 0) => inForce.on(symbol, registryEpoch, scope)?.epoch;
  return { time, state, reported, inForce, on };
}

describe('experiments in force', () => {
  it('waits for nothing: the first question finds none, and what was read behind it is there for the next', async () => {
    const { on, time } = setUp();
    expect(on()).toBeUndefined();
    await time.advance(1);
    expect(on()).toBe(3);
    expect(on('OTHER')).toBeUndefined();
  });

  it('reads again once what it knows is two and a half seconds old, and only once at a time', async () => {
    const { on, time, state } = setUp();
    on();
    await time.advance(2_400);
    on();
    expect(state.loads).toBe(1);
    state.loadMs = 500;
    state.stored = ok([]);
    await time.advance(200);
    on();
    on();
    expect(state.loads).toBe(2);
    expect(on()).toBe(3);
    await time.advance(500);
    expect(on()).toBeUndefined();
  });

  it('reads again at once under a higher epoch of the registry', async () => {
    const { on, time, state } = setUp();
    on('DEMO', 4);
    await time.advance(1);
    on('DEMO', 4);
    expect(state.loads).toBe(1);
    on('DEMO', 5);
    expect(state.loads).toBe(2);
  });

  it('goes on with what it knows while the database is away, for half a minute, then lets production answer', async () => {
    const { on, time, state, reported } = setUp();
    on();
    await time.advance(1);
    state.stored = err('down');
    for (let elapsedMs = 0; elapsedMs < 29_000; elapsedMs += 1_000) {
      expect(on()).toBe(3);
      await time.advance(1_000);
    }
    await time.advance(1_000);
    expect(on()).toBeUndefined();
    expect(reported[0]).toBe('experiments: down');
  });

  it('makes up for a read that was cut off with its request', async () => {
    const { on, time, state } = setUp();
    state.loadMs = Number.MAX_SAFE_INTEGER;
    on();
    await time.advance(9_000);
    on();
    expect(state.loads).toBe(1);
    state.loadMs = 0;
    await time.advance(2_000);
    on();
    await time.advance(1);
    expect(on()).toBe(3);
  });

  it('leaves out what is not running, and what was suspended here until a higher epoch comes', async () => {
    const { on, time, state, inForce } = setUp();
    on();
    await time.advance(1);
    inForce.suspend(experimentOf(shadowTerms));
    expect(on()).toBeUndefined();
    await time.advance(3_000);
    on();
    await time.advance(1);
    expect(on()).toBeUndefined();
    state.stored = ok([experimentOf(shadowTerms, { epoch: 4 })]);
    await time.advance(3_000);
    on();
    await time.advance(1);
    expect(on()).toBe(4);
    state.stored = ok([experimentOf(shadowTerms, { epoch: 5, state: 'stopped' })]);
    await time.advance(3_000);
    on();
    await time.advance(1);
    expect(on()).toBeUndefined();
  });
});
