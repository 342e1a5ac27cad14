import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOverload, type Overload } from '../../../src/control/overload/overload.ts';
import { overloadSettings } from '../../../src/control/overload/overload-settings.ts';
import type { Place } from '../../../src/control/overload/shared-flight.ts';
import { VirtualTime } from '../../virtual-time.ts';

const { turnMin, lateMs, busyMs, calmMs, patienceMs, dwellMs, waitsMin, waitsMax, requestsMax, turnMs } =
  overloadSettings;
const calm = { cpuShare: 0.1, memoryShare: 0.1 };

const leave = (overload: Overload, place: Place | undefined): void => {
  if (place) overload.leave(place);
};

function setUp() {
  const time = new VirtualTime(0);
  const reported: string[] = [];
  const overload = createOverload({
    settings: overloadSettings,
    clock: time,
    report: (change) => void reported.push(change),
  });
  /** One turn in which `asked` requests arrive that are answered at once; @returns how many were let in. */
  async function turn(asked: number, turnLateMs: number): Promise<number> {
    let entered = 0;
    for (let request = 0; request < asked; request += 1) {
      const place = overload.enter('k');
      if (place === undefined) continue;
      entered += 1;
      overload.leave(place);
    }
    await time.advance(turnMs + turnLateMs);
    overload.endTurn(turnLateMs);
    return entered;
  }
  return { time, reported, overload, turn };
}

/** A processor that takes so long for a decision, and for a refusal. */
const decisionMs = 0.2;
const refusalMs = 0.02;
const lateBy = (asked: number, entered: number): number =>
  Math.max(0, entered * decisionMs + (asked - entered) * refusalMs - turnMs);

/** As many turns as it takes to run out of patience, and some more or less. */
async function late(turn: (asked: number, lateMs: number) => Promise<number>, more = 0): Promise<void> {
  const turns = patienceMs / (turnMs + busyMs) + more;
  for (let count = 0; count < turns; count += 1) await turn(100, busyMs);
}

describe('an isolate under load', () => {
  it('takes everything while its turns are in time, and where no turns are told', async () => {
    const { overload, turn } = setUp();
    for (let request = 0; request < 5_000; request += 1) leave(overload, overload.enter('k'));
    overload.beginTurns();
    for (let count = 0; count < 20; count += 1) expect(await turn(2_000, busyMs - 1)).toBe(2_000);
    expect(overload.load()).toBe('normal');
  });

  it('is busy where turns stay late, sheds nothing for it, and calms down after the dwell', async () => {
    const { overload, turn, time, reported } = setUp();
    overload.beginTurns();
    await late(turn, -1);
    expect(overload.load()).toBe('normal');
    await turn(100, busyMs);
    expect(overload.load()).toBe('busy');
    expect(await turn(500, busyMs)).toBe(500);
    await time.advance(dwellMs - 1);
    expect(overload.load()).toBe('busy');
    await time.advance(1);
    expect(overload.load()).toBe('normal');
    expect(reported).toEqual(['load: normal → busy', 'load: busy → normal']);
  });

  it('stays busy between calm and late, and does not become busy there', async () => {
    const { overload, turn } = setUp();
    overload.beginTurns();
    const between = (busyMs + calmMs) / 2;
    for (let count = 0; count < 500; count += 1) await turn(100, between);
    expect(overload.load()).toBe('normal');
    await late(turn);
    for (let count = 0; count < 500; count += 1) await turn(100, between);
    expect(overload.load()).toBe('busy');
    for (let count = 0; count < dwellMs / turnMs; count += 1) await turn(10, calmMs - 1);
    expect(overload.load()).toBe('normal');
  });

  it.each([1.2, 2, 5, 8])(
    'at %s times what it can, keeps its turns short and its processor at work',
    async (times) => {
      const { overload, turn } = setUp();
      overload.beginTurns();
      const perMs = times / decisionMs;
      let lateness = 0;
      let spentMs = 0;
      let passedMs = 0;
      for (let count = 0; count < 400; count += 1) {
        // An open loop: whatever came during the last turn is there at once.
        const asked = Math.round((turnMs + lateness) * perMs);
        const entered = await turn(asked, lateness);
        lateness = lateBy(asked, entered);
        if (count < 100) continue;
        expect(lateness).toBeLessThan(4 * lateMs);
        spentMs += entered * decisionMs;
        passedMs += turnMs + lateness;
      }
      expect(overload.load()).toBe('shedding');
      // Refusing what is beyond takes its part, and what is left goes into decisions.
      const refusalShare = refusalMs / decisionMs;
      expect(spentMs / passedMs).toBeGreaterThan((0.9 * (1 - times * refusalShare)) / (1 - refusalShare));
    },
  );

  it('takes everything again soon after a spike', async () => {
    const { overload, turn, time } = setUp();
    overload.beginTurns();
    let lateness = 0;
    for (let count = 0; count < 50; count += 1) {
      const entered = await turn(1_000, lateness);
      lateness = lateBy(1_000, entered);
    }
    expect(await turn(1_000, lateness)).toBeLessThan(600);
    // Less than half of what it can do: 25 of 50 a turn.
    const startedAtMs = time.monotonicMs();
    let whole = 0;
    while (whole < 20) whole = (await turn(25, 0)) === 25 ? whole + 1 : 0;
    expect(time.monotonicMs() - startedAtMs).toBeLessThan(1_000);
    await time.advance(dwellMs);
    expect(overload.load()).toBe('normal');
    expect(await turn(1_000, 0)).toBe(1_000);
  });

  it('lets in its minimum in every turn, whatever it is told, and nothing for ever keeps it from being normal', async () => {
    const event = fc.record({
      asked: fc.nat(400),
      turnLateMs: fc.nat(500),
      cpuShare: fc.double({ min: 0, max: 4, noNaN: true }),
      memoryShare: fc.double({ min: 0, max: 3, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 80 }), async (events) => {
        const { overload, turn, time } = setUp();
        overload.beginTurns();
        for (const { asked, turnLateMs, ...strain } of events) {
          overload.strain(strain);
          expect(await turn(asked, turnLateMs)).toBeGreaterThanOrEqual(Math.min(asked, turnMin));
        }
        overload.strain(calm);
        await time.advance(dwellMs);
        expect(overload.load()).toBe('normal');
        expect(await turn(900, 0)).toBe(900);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('never changes its load for the better within the dwell of the last sign', async () => {
    const { overload, turn, time, reported } = setUp();
    overload.beginTurns();
    // Late for a moment, and a break of half a dwell: a load that flaps would be told dozens of times.
    for (let count = 0; count < 30; count += 1) {
      await late(turn);
      await time.advance(0.5 * dwellMs);
      overload.load();
    }
    expect(reported).toEqual(['load: normal → busy']);
  });

  it('takes one collection of garbage for none of its business', async () => {
    const { overload, turn } = setUp();
    overload.beginTurns();
    for (let count = 0; count < 50; count += 1) {
      await turn(200, patienceMs - turnMs - 1);
      expect(await turn(200, 0)).toBe(200);
    }
    expect(overload.load()).toBe('normal');
  });

  it('is not kept busy by turns with next to nothing in them', async () => {
    const { overload, turn } = setUp();
    overload.beginTurns();
    await late(turn);
    expect(overload.load()).toBe('busy');
    for (let count = 0; count < 200; count += 1) await turn(2, (busyMs + calmMs) / 2);
    expect(overload.load()).toBe('normal');
  });

  it('does not believe that a turn with next to nothing in it was late for that', async () => {
    const { overload, turn } = setUp();
    overload.beginTurns();
    for (let count = 0; count < 50; count += 1) await turn(turnMin, 300);
    expect(overload.load()).toBe('normal');
    expect(await turn(500, 0)).toBe(500);
  });

  it('takes a few large batches for no queue, and many for one', async () => {
    const { overload, time } = setUp();
    overload.beginTurns();
    const batches = async (count: number): Promise<void> => {
      for (let request = 0; request < count; request += 1) {
        leave(overload, overload.enter('k'));
        overload.admit({ who: 'k', decisions: 256, store: null });
      }
      await time.advance(turnMs + 2 * lateMs);
      overload.endTurn(2 * lateMs);
    };
    for (let count = 0; count < 20; count += 1) await batches(turnMin);
    expect(overload.load()).toBe('normal');
    for (let count = 0; count < 20; count += 1) await batches(2 * turnMin);
    expect(overload.load()).toBe('shedding');
  });

  it('counts a batch by its items, and takes one that is larger than the limit when it is alone', async () => {
    const { overload } = setUp();
    overload.beginTurns();
    narrowToMinimum(overload);
    const enterBatch = () => {
      const place = overload.enter('k');
      return place !== undefined && overload.admit({ who: 'k', decisions: 256, store: null }) !== undefined;
    };
    expect(enterBatch()).toBe(true);
    expect(enterBatch()).toBe(false);
    expect(overload.takeOn(1, 'k')).toBe(false);
    overload.endTurn(0);
    expect(overload.takeOn(64, 'k')).toBe(true);
    expect(overload.enter('k')).toBeUndefined();
    overload.endTurn(0);
    const place = overload.enter('k');
    expect(place).toBeDefined();
    expect(overload.takeOn(turnMin - 1, 'k')).toBe(true);
    expect(overload.takeOn(1, 'k')).toBe(false);
    expect(overload.refusedRequests()).toBe(4);
  });

  it('lets nobody take the room of the others in a turn that several ask for, and one alone all of it', async () => {
    const { overload, time } = setUp();
    overload.beginTurns();
    narrowToMinimum(overload);
    const ask = (who: string, count: number): number =>
      Array.from({ length: count }, () => overload.takeOn(1, who)).filter((isTaken) => isTaken).length;
    expect([ask('flood', 100), ask('b', 1)]).toEqual([turnMin, 0]);
    overload.endTurn(0);
    for (let count = 0; count < 10; count += 1) {
      expect([ask('flood', 100), ask('b', 1), ask('c', 1)]).toEqual([0.75 * turnMin, 1, 1]);
      overload.endTurn(0);
    }
    overload.takeOn(1, 'flood');
    await time.advance(dwellMs);
    narrowToMinimum(overload);
    overload.endTurn(0);
    expect(ask('flood', 100)).toBe(turnMin);
  });

  it('lets nobody hold all requests that may be under way, nor all waits for a store', async () => {
    const { overload, time } = setUp();
    const enter = (who: string, count: number): readonly Place[] =>
      Array.from({ length: count }, () => overload.enter(who)).filter((place) => place !== undefined);
    const flood = [...enter('flood', 2 * requestsMax)];
    expect([flood.length, enter('b', 1).length]).toEqual([requestsMax, 0]);
    for (const place of flood.splice(0)) overload.leave(place);
    flood.push(...enter('flood', 2 * requestsMax));
    expect(flood.length).toBe(0.75 * requestsMax);
    const others = Array.from({ length: 100 }, (_, at) => enter(`k-${at}`, 1)).flat();
    expect(others).toHaveLength(100);
    for (const place of [...flood, ...others]) overload.leave(place);
    const waits = (who: string) => overload.admit({ who, decisions: 1, store: 'redis' });
    let held = 0;
    while (waits('flood')) held += 1;
    expect(waits('b')).toBeDefined();
    expect(held).toBeLessThan(waitsMax);
    await time.advance(overloadSettings.requestMsMax * 1.1);
    expect(enter('flood', 1)).toHaveLength(1);
  });

  it('sheds for a full memory, and is busy for a full core', () => {
    const { overload } = setUp();
    overload.beginTurns();
    for (const load of ['normal', 'normal', 'busy']) {
      overload.strain({ ...calm, cpuShare: 0.95 });
      expect(overload.load()).toBe(load);
    }
    expect(overload.takeOn(500, 'k')).toBe(true);
    overload.endTurn(0);
    narrowToMinimum(overload);
    expect(overload.takeOn(turnMin, 'k')).toBe(true);
    expect(overload.takeOn(1, 'k')).toBe(false);
    // It stays narrow while memory is full, however calm its turns are.
    for (let count = 0; count < 100; count += 1) {
      overload.endTurn(0);
      expect(overload.takeOn(turnMin, 'k')).toBe(true);
    }
    expect(overload.takeOn(1, 'k')).toBe(false);
  });

  it('holds no more requests at once than it may, and forgets what was cut off', async () => {
    const { overload, time } = setUp();
    const places = Array.from({ length: requestsMax }, () => overload.enter('k'));
    expect(places.includes(undefined)).toBe(false);
    expect(overload.enter('k')).toBeUndefined();
    leave(overload, places[0]);
    expect(overload.enter('k')).toBeDefined();
    await time.advance(overloadSettings.requestMsMax * 1.1);
    expect(overload.enter('k')).toBeDefined();
    await time.advance(dwellMs);
    expect(overload.load()).toBe('normal');
  });
});

describe('decisions that wait for a store', () => {
  const wait = (overload: Overload, store: 'redis' | 'database') =>
    overload.admit({ who: 'k', decisions: 1, store });

  /** Waits of so many at once that take so long each, for a while; @returns how many were let in at the end. */
  async function load(made: ReturnType<typeof setUp>, atOnce: number, tookMs: number, rounds: number) {
    let entered: (() => void)[] = [];
    for (let round = 0; round < rounds; round += 1) {
      entered = Array.from({ length: atOnce }, () => wait(made.overload, 'database')).filter(
        (leave) => leave !== undefined,
      );
      await made.time.advance(tookMs);
      for (const leave of entered) leave();
    }
    return entered.length;
  }

  it('are fewer while the store is slow, and as many as before when it is not', async () => {
    const made = setUp();
    expect(await load(made, 200, 20, 20)).toBe(200);
    expect(made.overload.load()).toBe('normal');
    expect(await load(made, 200, 1_000, 20)).toBe(waitsMin);
    expect(made.overload.load()).toBe('shedding');
    // Those that wait for nothing, or for the other store, are none of its business.
    expect(made.overload.admit({ who: 'k', decisions: 1, store: null })).toBeDefined();
    expect(Array.from({ length: 100 }, () => wait(made.overload, 'redis')).includes(undefined)).toBe(false);
    expect(await load(made, 200, 20, 200)).toBe(200);
    await made.time.advance(dwellMs);
    expect(made.overload.load()).toBe('normal');
  });

  it('are never more than the most', async () => {
    const made = setUp();
    expect(await load(made, 2 * waitsMax, 5, 1)).toBe(waitsMax);
  });

  it('wait as long as its distance makes them: a store that is far is not slow', async () => {
    const made = setUp();
    expect(await load(made, 200, 180, 50)).toBe(200);
    expect(made.overload.load()).toBe('normal');
  });
});

/** Memory that is full halves the limit once a second. */
function narrowToMinimum(overload: Overload): void {
  for (let second = 0; second < 20; second += 1) overload.strain({ ...calm, memoryShare: 2 });
}
