import { describe, expect, it } from 'vitest';
import type { ControlView } from '../../src/control/view.ts';
import { createPacer } from '../../src/decision/pacer.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { stateOf } from '../control/state-of.ts';
import { VirtualTime } from '../virtual-time.ts';

const view: ControlView = {
  ...stateOf({ epoch: 1, tradingState: 'ACTIVE' }),
  ...{ sentAtMs: 0, expiresAtMs: 1_000 },
};

function setUp() {
  const time = new VirtualTime();
  const state = { paceMs: 0, ensured: [] as number[], openers: [] as Promise<void>[] };
  const pacer = createPacer({
    log: { paceMs: () => state.paceMs },
    control: {
      async ensure(_scope, lifeShareMin = 0) {
        state.ensured.push(lifeShareMin);
        return view;
      },
    },
    clock: time,
    // A turn of the loop takes a millisecond, so that one is told from the next.
    timers: { sleep: (ms, signal) => time.sleep(Math.max(1, ms), signal) },
  });
  const passed: string[] = [];
  const scope = { waitUntil: (work: Promise<void>) => void state.openers.push(work), clientAddress: '' };
  const pace = (name: string, decisions: number, isGranted = true) =>
    void Promise.resolve(
      pacer.pace(decisions, isGranted ? view : undefined, scope, new Stages(time, 'auth')),
    ).then(() => passed.push(`${name} ${time.nowMs() - startMs}`));
  const startMs = time.nowMs();
  return { time, state, pacer, pace, passed };
}

/** Lets every promise go on that waits for no timer. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('the pacer', () => {
  it('lets batches pass one after the other, with turns of the loop between, and single decisions at once', async () => {
    const { time, pace, passed } = setUp();
    for (const name of ['a', 'b', 'c']) pace(name, 256);
    for (const name of ['d', 'e']) pace(name, 1);
    await settle();
    expect([...passed].sort()).toEqual(['a 0', 'd 0', 'e 0']);
    await time.advance(20);
    expect(passed.slice(3)).toEqual(['b 2', 'c 4']);
  });

  it('lets as many smaller batches into a turn as make the largest one', async () => {
    const { time, pace, passed } = setUp();
    for (const name of ['a', 'b', 'c', 'd', 'e']) pace(name, 100);
    await settle();
    expect([...passed].sort()).toEqual(['a 0', 'b 0']);
    await time.advance(20);
    expect(passed.slice(2)).toEqual(['c 2', 'd 2', 'e 4']);
  });

  it('waits for no turn for longer than its bound, though whoever passed never opens the way', async () => {
    const time = new VirtualTime();
    const stuck = { sleep: (ms: number) => (ms === 0 ? time.sleep(5) : time.sleep(ms)) };
    let opened = 0;
    const pacer = createPacer({
      log: { paceMs: () => 0 },
      control: { ensure: async () => view },
      clock: time,
      timers: {
        // The openers of these requests are cut off: their timers never fire.
        sleep: (ms, signal) => (opened > 0 ? stuck.sleep(ms) : time.sleep(1e9, signal)),
      },
    });
    const scope = { waitUntil: () => undefined, clientAddress: '' };
    const stages = new Stages(time, 'auth');
    await pacer.pace(256, view, scope, stages);
    opened = 1;
    let isThrough = false;
    void Promise.resolve(pacer.pace(256, view, scope, stages)).then(() => {
      isThrough = true;
    });
    await time.advance(90);
    expect(isThrough).toBe(false);
    await time.advance(20);
    expect(isThrough).toBe(true);
  });

  it('asks for a view that outlives the work of a batch, though it need not wait', async () => {
    const { state, pace, passed } = setUp();
    pace('a', 256);
    pace('b', 1);
    pace('c', 256, false);
    await settle();
    expect([...passed].sort()).toEqual(['a 0', 'b 0']);
    expect(state.ensured).toEqual([0.05]);
  });

  it('waits as long as the log wants, and asks for a view where the wait outlived it', async () => {
    const { time, state, pace, passed } = setUp();
    state.paceMs = 80;
    pace('a', 1);
    pace('b', 1, false);
    await time.advance(79);
    expect(passed).toEqual([]);
    await time.advance(1);
    expect([...passed].sort()).toEqual(['a 80', 'b 80']);
    expect(state.ensured).toEqual([0]);
  });
});
