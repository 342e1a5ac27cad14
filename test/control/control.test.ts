import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellKeysScript } from '../../src/control/lua/tell-keys.ts';
import type { PermitAsk } from '../../src/control/view.ts';
import { ok } from '../../src/core/result.ts';
import { active, calm, createFleet, type Fleet, type Isolate, libsqlDown } from './fleet.ts';
import { stateOf } from './state-of.ts';

const wide: PermitAsk = { keyId: 'wide', ratePerSecond: 1_000, burst: 1_000 };
const narrow: PermitAsk = { keyId: 'narrow', ratePerSecond: 1, burst: 5 };

let fleet: Fleet;
let isolate: Isolate;

beforeEach(async () => {
  fleet = await createFleet();
  isolate = fleet.isolate();
});
afterEach(() => fleet.close());

const permit = (ask: PermitAsk = wide, by: Isolate = isolate) => fleet.time.until(by.permit(ask));
const kindOf = async (ask: PermitAsk = wide, by: Isolate = isolate) => (await permit(ask, by)).kind;

/** Requests at even intervals; gives the kinds answered. */
async function serve(perSecond: number, seconds: number, ask: PermitAsk = wide): Promise<string[]> {
  const kinds: string[] = [];
  for (let index = 0; index < perSecond * seconds; index++) {
    void isolate.permit(ask).then((answer) => kinds.push(answer.kind));
    await fleet.time.pass(1_000 / perSecond);
  }
  // Not longer than it takes: an isolate that rests for a view's life has slept.
  for (let waitedMs = 0; kinds.length < perSecond * seconds && waitedMs < 1_000; waitedMs += 10) {
    await fleet.time.pass(10);
  }
  return kinds;
}

describe('a healthy Redis', () => {
  it('is asked once a wake by an isolate with a request every ten seconds, and no request is held', async () => {
    const kinds: string[] = [];
    for (let wake = 0; wake < 10; wake++) {
      kinds.push(await kindOf());
      await fleet.time.pass(10_000);
    }
    expect(new Set(kinds)).toEqual(new Set(['granted']));
    // One more: before its first permission, an isolate of a fresh deployment seeds the empty Redis.
    expect(fleet.syncs()).toBe(10 + 1);
  });

  it('is asked less often than once a request at five requests a second, and no request is held', async () => {
    await kindOf();
    const before = fleet.syncs();
    const kinds = await serve(5, 20);
    expect(kinds).toEqual(Array(100).fill('granted'));
    expect(fleet.syncs() - before).toBeLessThanOrEqual(50);
  });

  it('is asked once by a hundred requests that meet on an expired isolate', async () => {
    await kindOf();
    await fleet.time.pass(5_000);
    const before = fleet.syncs();
    const answers = await fleet.time.until(
      Promise.all(Array.from({ length: 100 }, () => isolate.permit(wide))),
    );
    expect(answers.map((answer) => answer.kind)).toEqual(Array(100).fill('granted'));
    expect(fleet.syncs() - before).toBe(1);
  });

  it('is asked behind the answers when the view ages: a warm request waits for nothing', async () => {
    await kindOf();
    await fleet.time.pass(600);
    const startedMs = fleet.time.monotonicMs();
    const before = fleet.syncs();
    expect(await kindOf()).toBe('granted');
    expect(fleet.time.monotonicMs()).toBe(startedMs);
    await fleet.time.pass(10);
    expect(fleet.syncs() - before).toBe(1);
    expect(isolate.control.current()?.sentAtMs).toBe(startedMs);
  });

  it('is asked first where too little of the view is left for an answer that waits for its record', async () => {
    await kindOf();
    await fleet.time.pass(800);
    const { control, scope } = isolate;
    const startedMs = fleet.time.monotonicMs();
    const granted = await fleet.time.until(Promise.resolve(control.permit(wide, scope, 1, 0.25)));
    expect(granted).toMatchObject({ kind: 'granted', view: { sentAtMs: startedMs } });
    const before = fleet.syncs();
    await fleet.time.pass(600);
    expect(await fleet.time.until(Promise.resolve(control.permit(wide, scope, 1, 0.25)))).toMatchObject({
      kind: 'granted',
      view: { sentAtMs: startedMs },
    });
    expect(fleet.syncs() - before).toBeLessThanOrEqual(1);
  });

  it('ensures a view of which so much is left as is asked for, and leaves the one that is live where none can be had', async () => {
    await kindOf();
    await fleet.time.pass(960);
    const { control, scope } = isolate;
    const startedMs = fleet.time.monotonicMs();
    const held = control.current();
    expect(held?.sentAtMs).toBeLessThan(startedMs);
    expect(await control.ensure(scope)).toBe(held);
    expect(await fleet.time.until(control.ensure(scope, 0.05))).toMatchObject({ sentAtMs: startedMs });
    await fleet.time.pass(960);
    fleet.setWeather(() => ({ ...calm, lost: 'request' }));
    expect(await fleet.time.until(control.ensure(scope, 0.05))).toBeUndefined();
  });

  it('lets one isolate ramp up to 50,000 requests a second within a second', async () => {
    const fast: PermitAsk = { keyId: 'fast', ratePerSecond: 60_000, burst: 60_000 };
    await serve(50, 1, fast);
    let granted = 0;
    let held = 0;
    const before = fleet.syncs();
    for (let tick = 0; tick < 2_000; tick++) {
      for (let index = 0; index < 50; index++) {
        void isolate.permit(fast).then((answer) => (answer.kind === 'granted' ? granted++ : held++));
      }
      await fleet.time.pass(1);
    }
    await fleet.time.pass(100);
    expect({ granted, held }).toEqual({ granted: 100_000, held: 0 });
    expect(fleet.syncs() - before).toBeLessThan(30);
  });
});

describe('a limit', () => {
  it('is exact when it is small, whichever isolate asks', async () => {
    const others = [isolate, fleet.isolate(), fleet.isolate()];
    const kinds: string[] = [];
    for (let index = 0; index < 9; index++) kinds.push(await kindOf(narrow, others[index % 3]));
    expect(kinds.filter((kind) => kind === 'granted')).toHaveLength(5);
    expect(kinds.slice(5)).toEqual(Array(4).fill('limited'));
  });

  it('says when to come back, and is right', async () => {
    for (let index = 0; index < 5; index++) await permit(narrow);
    const refused = await permit(narrow);
    if (refused.kind !== 'limited') throw new Error(refused.kind);
    expect(refused.bucket.retryAfterMs).toBeGreaterThan(900);
    expect(refused.bucket.retryAfterMs).toBeLessThanOrEqual(1_000);
    await fleet.time.pass(refused.bucket.retryAfterMs);
    expect(await kindOf(narrow)).toBe('granted');
  });

  it('gives a batch all its tokens at once, or none, and says when to come back, and is right', async () => {
    const batch = (tokens: number) => fleet.time.until(isolate.permit(narrow, tokens));
    expect((await batch(3)).kind).toBe('granted');
    const refused = await batch(4);
    if (refused.kind !== 'limited') throw new Error(refused.kind);
    await fleet.time.pass(refused.bucket.retryAfterMs);
    expect((await batch(4)).kind).toBe('granted');
    expect(() => isolate.permit(narrow, 6)).toThrow(RangeError);
  });

  it('that is spent is not asked about again before the bucket has a token', async () => {
    for (let index = 0; index < 6; index++) await permit(narrow);
    const before = fleet.syncs();
    for (let index = 0; index < 50; index++) expect(await kindOf(narrow)).toBe('limited');
    expect(fleet.syncs()).toBe(before);
  });

  it('is served nearly whole under twice the load', async () => {
    const kinds = await serve(400, 5, { keyId: 'over', ratePerSecond: 200, burst: 100 });
    const granted = kinds.filter((kind) => kind === 'granted').length;
    expect(granted).toBeGreaterThan(0.9 * (100 + 200 * 5));
    expect(granted).toBeLessThanOrEqual(100 + 200 * 6);
    expect(kinds).not.toContain('unavailable');
  });

  it('of nonsense is a programmer error', async () => {
    for (const wrong of [
      { burst: 0 },
      { burst: 1.5 },
      { ratePerSecond: 0 },
      { ratePerSecond: Number.NaN },
      { keyId: 'a b' },
    ]) {
      expect(() => isolate.permit({ ...wide, ...wrong })).toThrow(RangeError);
    }
  });
});

describe('a lost, late or broken Redis', () => {
  it('ends the view a life after its sync was sent, however late the reply came', async () => {
    fleet.setWeather(() => ({ thereMs: 60, backMs: 60 }));
    await permit();
    const view = isolate.control.current();
    expect(view?.expiresAtMs).toBe((view?.sentAtMs ?? 0) + 1_000);
    fleet.setWeather(() => ({ ...calm, lost: 'request' }));
    await fleet.time.pass((view?.expiresAtMs ?? 0) - fleet.time.monotonicMs() - 1);
    expect(isolate.control.current()).toBe(view);
    await fleet.time.pass(1);
    expect(isolate.control.current()).toBeUndefined();
  });

  it('holds at once after one time-out, while one probe at a time looks behind', async () => {
    await kindOf();
    await fleet.time.pass(5_000);
    fleet.setWeather(() => ({ ...calm, lost: 'request' }));
    const startedMs = fleet.time.monotonicMs();
    expect(await kindOf()).toBe('unavailable');
    expect(fleet.time.monotonicMs() - startedMs).toBeLessThanOrEqual(250);
    expect(isolate.control.status().health).toBe('down');
    const before = fleet.syncs();
    const heldMs = fleet.time.monotonicMs();
    for (let index = 0; index < 20; index++) expect(await kindOf()).toBe('unavailable');
    expect(fleet.time.monotonicMs()).toBe(heldMs);
    await fleet.time.pass(10);
    expect(fleet.syncs() - before).toBe(1);
  });

  it('that does not come makes no more HOLDs than the key has a rate for, each of which is a record', async () => {
    await kindOf(narrow);
    await fleet.time.pass(5_000);
    fleet.setWeather(() => ({ ...calm, lost: 'request' }));
    const kinds: string[] = [];
    for (let index = 0; index < 20; index++) kinds.push(await kindOf(narrow));
    expect(kinds.filter((kind) => kind === 'unavailable')).toHaveLength(5);
    expect(kinds.filter((kind) => kind === 'limited')).toHaveLength(15);
    const batch = { ...wide, keyId: 'batches' };
    const scope = { waitUntil: () => undefined, clientAddress: '' };
    const askMany = async () => (await isolate.control.permit(batch, scope, 256)).kind;
    expect([await askMany(), await askMany(), await askMany(), await askMany()]).toEqual([
      'unavailable',
      'unavailable',
      'unavailable',
      'limited',
    ]);
  });

  it('is in use again as soon as a probe comes back', async () => {
    await kindOf();
    await fleet.time.pass(5_000);
    fleet.setWeather(() => ({ ...calm, lost: 'request' }));
    const held = await serve(100, 3);
    expect(held.filter((kind) => kind === 'granted')).toEqual([]);
    fleet.setWeather(() => calm);
    await serve(100, 1);
    const kinds = await serve(100, 1);
    expect(kinds).toEqual(Array(100).fill('granted'));
    expect(isolate.control.status()).toMatchObject({ health: 'up', lastFailure: null });
  });

  it('that recovered while the isolate slept holds nobody back', async () => {
    await kindOf();
    await fleet.time.pass(5_000);
    fleet.setWeather(() => ({ ...calm, lost: 'reply' }));
    expect(await kindOf()).toBe('unavailable');
    fleet.setWeather(() => calm);
    await fleet.time.pass(10_000);
    expect(await kindOf()).toBe('granted');
  });

  it('that answers after the deadline is still used, by the age of its answer', async () => {
    await kindOf();
    await fleet.time.pass(5_000);
    fleet.setWeather(() => ({ thereMs: 300, backMs: 300 }));
    const sentMs = fleet.time.monotonicMs();
    expect(await kindOf()).toBe('unavailable');
    await fleet.time.pass(sentMs + 650 - fleet.time.monotonicMs());
    expect(isolate.control.current()?.sentAtMs).toBe(sentMs);
    expect(await kindOf()).toBe('granted');
  });

  it('never makes a request wait longer than its deadlines, whatever is wrong', async () => {
    const bodies = [
      '',
      'OK',
      '{}',
      '[]',
      '{"result":null}',
      '{"result":["status","OK"]}',
      '{"result":"OK"}',
      '<html>',
    ];
    for (const garbled of bodies) {
      fleet.setWeather(() => ({ ...calm, garbled }));
      const startedMs = fleet.time.monotonicMs();
      expect(await kindOf(wide, fleet.isolate())).toBe('unavailable');
      expect(fleet.time.monotonicMs() - startedMs).toBeLessThanOrEqual(500);
    }
  });

  it('goes on after the request that owned the refresh was cut off and its promise never continued', async () => {
    await kindOf();
    await fleet.time.pass(5_000);
    void isolate.permit(wide);
    await fleet.time.pass(1);
    isolate.cutOff();
    const startedMs = fleet.time.monotonicMs();
    const before = fleet.syncs();
    const answers = await fleet.time.until(
      Promise.all(Array.from({ length: 10 }, () => isolate.permit(wide))),
    );
    expect(answers.map((answer) => answer.kind)).toEqual(Array(10).fill('granted'));
    expect(fleet.time.monotonicMs() - startedMs).toBeLessThanOrEqual(250);
    expect(fleet.syncs() - before).toBe(1);
  });

  it('is asked again at once when the owner that was cut off is past its deadline', async () => {
    await kindOf();
    await fleet.time.pass(5_000);
    void isolate.permit(wide);
    await fleet.time.pass(1);
    isolate.cutOff();
    await fleet.time.pass(5_000);
    const startedMs = fleet.time.monotonicMs();
    expect(await kindOf()).toBe('granted');
    expect(fleet.time.monotonicMs() - startedMs).toBeLessThan(10);
  });
});

describe('the control state', () => {
  it('is read from libSQL before the first permission', async () => {
    fleet.durable = ok(stateOf({ epoch: 7, tradingState: 'HALTED', registryEpoch: 3 }));
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '6', 'state', 'ACTIVE', 'registry', '3']);
    const answer = await permit();
    expect(answer).toMatchObject({
      kind: 'granted',
      view: { epoch: 7, tradingState: 'HALTED', registryEpoch: 3 },
    });
  });

  it('gives no permission while libSQL cannot be read before the first one', async () => {
    fleet.durable = libsqlDown;
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '6', 'state', 'ACTIVE', 'registry', '3']);
    expect(await permit()).toMatchObject({ kind: 'unavailable', detail: 'libSQL: down' });
    fleet.durable = ok(active);
    await fleet.time.pass(100);
    await kindOf();
    await fleet.time.pass(100);
    expect(await kindOf()).toBe('granted');
  });

  it('reaches every isolate within a view’s life', async () => {
    const isolates = [isolate, fleet.isolate(), fleet.isolate()];
    for (const each of isolates) await permit(wide, each);
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '2', 'state', 'HALTED', 'registry', '1']);
    await fleet.time.pass(1_000);
    for (const each of isolates) {
      expect(await permit(wide, each)).toMatchObject({ view: { epoch: 2, tradingState: 'HALTED' } });
    }
  });

  it('is put back into a Redis that lost it, by the isolate that saw more than libSQL did', async () => {
    await kindOf();
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '5', 'state', 'HALTED', 'registry', '4']);
    await fleet.time.pass(1_000);
    await kindOf();
    fleet.redis.run(['FLUSHALL']);
    await fleet.time.pass(1_000);
    expect(await permit()).toMatchObject({ view: { epoch: 5, tradingState: 'HALTED', registryEpoch: 4 } });
    expect(fleet.redis.run(['HMGET', 'ultrathink:control', 'epoch', 'state', 'registry'])).toEqual([
      '5',
      'HALTED',
      '4',
    ]);
  });

  it('of the same epoch is the more restrictive of two', async () => {
    await kindOf();
    fleet.redis.run(['HSET', 'ultrathink:control', 'state', 'REDUCING']);
    await fleet.time.pass(1_000);
    expect(await permit()).toMatchObject({ view: { epoch: 1, tradingState: 'REDUCING' } });
    fleet.redis.run(['HSET', 'ultrathink:control', 'state', 'ACTIVE']);
    await fleet.time.pass(1_000);
    expect(await permit()).toMatchObject({ view: { epoch: 1, tradingState: 'REDUCING' } });
  });

  it('is not permitted by what a rolled-back Redis granted before it was told the epoch', async () => {
    await kindOf();
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '9', 'state', 'HALTED', 'registry', '1']);
    await fleet.time.pass(1_000);
    await kindOf();
    await fleet.time.pass(1_000);
    fleet.redis.run(['FLUSHALL']);
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '8', 'state', 'ACTIVE', 'registry', '1']);
    fleet.durable = libsqlDown;
    expect(await kindOf()).toBe('unavailable');
    expect(fleet.redis.run(['KEYS', 'ultrathink:bucket:*'])).toEqual([]);
  });

  it('that libSQL alone knows shows in the view that is held, as soon as it was read', async () => {
    await kindOf();
    fleet.redis.run(['FLUSHALL']);
    fleet.durable = ok(stateOf({ epoch: 9, tradingState: 'HALTED', registryEpoch: 1 }));
    await fleet.time.pass(600);
    expect(await kindOf()).toBe('granted');
    // The sync is answered after 2 ms and libSQL after 3; nothing new has been synced by then.
    await fleet.time.pass(3);
    const shown = isolate.control.current();
    expect(shown).toMatchObject({ epoch: 9, tradingState: 'HALTED', registryEpoch: 1 });
    expect(shown?.sentAtMs).toBeLessThan(600);
  });

  it('from before a halt does not come back with an answer that is late', async () => {
    await kindOf();
    await fleet.time.pass(5_000);
    fleet.setWeather(() => ({ thereMs: 1, backMs: 600 }));
    expect(await kindOf()).toBe('unavailable');
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '2', 'state', 'HALTED', 'registry', '1']);
    fleet.setWeather(() => calm);
    await kindOf();
    await fleet.time.pass(10);
    expect(isolate.control.current()).toMatchObject({ epoch: 2, tradingState: 'HALTED' });
    await fleet.time.pass(700);
    expect(isolate.control.current()).toMatchObject({ epoch: 2, tradingState: 'HALTED' });
  });

  it('can be had without asking for a token', async () => {
    expect(isolate.control.current()).toBeUndefined();
    expect(await fleet.time.until(isolate.control.ensure(isolate.scope))).toMatchObject(active);
    expect(isolate.control.current()).toMatchObject(active);
  });
});

describe('a halt that reached libSQL alone', () => {
  const halted = stateOf({ epoch: 5, tradingState: 'HALTED', registryEpoch: 1 });

  it('shows in the first permission after Redis was away, though Redis knows nothing of it', async () => {
    await kindOf();
    fleet.setWeather(() => ({ ...calm, lost: 'request' }));
    await fleet.time.pass(1_000);
    expect(await kindOf()).toBe('unavailable');
    fleet.durable = ok(halted);
    fleet.setWeather(() => calm);
    await fleet.time.pass(2_000);
    expect(await permit()).toMatchObject({ kind: 'granted', view: halted });
    await fleet.time.pass(600);
    await permit();
    await fleet.time.pass(10);
    expect(fleet.redis.run(['HMGET', 'ultrathink:control', 'epoch', 'state'])).toEqual(['5', 'HALTED']);
  });

  it('shows in the first permission of an isolate that slept', async () => {
    await kindOf();
    fleet.durable = ok(halted);
    fleet.durableMs = 40;
    await fleet.time.pass(10_000);
    expect(await permit()).toMatchObject({ kind: 'granted', view: halted });
  });

  it.each([
    { durableMs: 3, everyMs: [400, 499, 598, 697, 796, 895, 994, 1_093] },
    { durableMs: 100, everyMs: [400, 499, 598, 697, 796, 895, 994, 1_093] },
    { durableMs: 200, everyMs: [10, 20, 30, 40] },
  ])(
    'is in force within a view’s life, and no permission reaches past it: $durableMs ms a read, a request every $everyMs ms',
    async (given) => {
      fleet.durableMs = given.durableMs;
      for (const [index, everyMs] of given.everyMs.entries()) {
        for (let atMs = 0; atMs < 3_000; atMs += everyMs) {
          await permit();
          await fleet.time.pass(everyMs);
        }
        fleet.durable = ok({ ...halted, epoch: halted.epoch + index });
        const inForceAtMs = fleet.time.monotonicMs() + 1_000;
        let reachMs = 0;
        for (let asked = 0; asked < 200; asked++) {
          void isolate.permit(wide).then((answer) => {
            const isOld = answer.kind === 'granted' && answer.view.epoch < halted.epoch + index;
            if (isOld) reachMs = Math.max(reachMs, answer.view.expiresAtMs);
          });
          await fleet.time.pass(10);
        }
        expect(reachMs).toBeLessThanOrEqual(inForceAtMs);
        expect(await permit()).toMatchObject({ view: { epoch: halted.epoch + index } });
      }
    },
  );

  it('ends all permission as soon as a read of a slow libSQL ends, and shows when libSQL is quick again', async () => {
    await kindOf();
    fleet.durableMs = 3_000;
    await serve(100, 2);
    fleet.durable = ok(halted);
    await serve(100, 6);
    const answer = await permit();
    expect(answer.kind === 'granted' ? answer.view.tradingState : 'none').not.toBe('ACTIVE');
    fleet.durableMs = 3;
    await serve(100, 6);
    expect(await permit()).toMatchObject({ view: halted });
  });
});

describe('a libSQL that is lost or late', () => {
  it('stops nothing and lets no warm request wait, while Redis answers', async () => {
    await kindOf();
    fleet.durable = libsqlDown;
    expect(await serve(100, 5)).toEqual(Array(500).fill('granted'));
    fleet.durableMs = 3_000;
    await permit();
    let waitedMsMax = 0;
    for (let asked = 0; asked < 500; asked++) {
      const askedMs = fleet.time.monotonicMs();
      expect(await kindOf()).toBe('granted');
      waitedMsMax = Math.max(waitedMsMax, fleet.time.monotonicMs() - askedMs);
      await fleet.time.pass(10);
    }
    expect(waitedMsMax).toBe(0);
    expect(isolate.control.status()).toMatchObject({ health: 'up', lastFailure: null });
  });

  it('permits nothing to an isolate that slept, since it may have slept through a halt', async () => {
    await kindOf();
    fleet.durableMs = 3_000;
    fleet.durable = ok({ ...active, epoch: 2, tradingState: 'HALTED' });
    await fleet.time.pass(10_000);
    for (let asked = 0; asked < 20; asked++) {
      const askedMs = fleet.time.monotonicMs();
      const answer = await permit();
      expect(answer.kind === 'granted' ? answer.view.tradingState : 'none').not.toBe('ACTIVE');
      expect(fleet.time.monotonicMs() - askedMs).toBeLessThanOrEqual(750);
      await fleet.time.pass(500);
    }
    fleet.durableMs = 5;
    await serve(10, 5);
    expect(await permit()).toMatchObject({ view: { epoch: 2, tradingState: 'HALTED' } });
  });

  it('is bridged for half a minute and no longer', async () => {
    await kindOf();
    fleet.durable = libsqlDown;
    expect(await serve(100, 28)).toEqual(Array(2_800).fill('granted'));
    await serve(100, 4);
    expect(await kindOf()).toBe('unavailable');
    fleet.durable = ok(active);
    await serve(100, 3);
    expect(await kindOf()).toBe('granted');
  });

  it('leaves each answer at least a quarter of a view’s life', async () => {
    await kindOf();
    fleet.durable = libsqlDown;
    fleet.durableMs = 3_000;
    for (let asked = 0; asked < 300; asked++) {
      const answer = await permit();
      if (answer.kind !== 'granted') throw new Error(answer.kind);
      expect(answer.view.expiresAtMs - fleet.time.monotonicMs()).toBeGreaterThanOrEqual(250);
      await fleet.time.pass(10);
    }
  });

  it('is asked for one thing at a time, at most four times a second however often Redis is', async () => {
    await kindOf();
    const { durableReads } = fleet;
    const before = { reads: durableReads.begun, syncs: fleet.syncs() };
    for (let asked = 0; asked < 100; asked++) {
      await permit({ ...narrow, ratePerSecond: 100 });
      await fleet.time.pass(20);
    }
    expect(fleet.syncs() - before.syncs).toBeGreaterThan(20);
    expect(durableReads.begun - before.reads).toBeLessThanOrEqual(9);
    durableReads.atOnceMax = 0;
    fleet.durableMs = 3_000;
    await serve(100, 10);
    expect(durableReads.atOnceMax).toBe(1);
  });

  it('permits nothing once Redis failed too, until it was read again', async () => {
    await kindOf();
    fleet.durable = libsqlDown;
    fleet.setWeather(() => ({ ...calm, garbled: '{}' }));
    await serve(100, 2);
    fleet.setWeather(() => calm);
    await serve(100, 2);
    expect(await permit()).toMatchObject({ kind: 'unavailable', detail: 'libSQL: down' });
    fleet.durable = ok(active);
    await serve(100, 2);
    fleet.durable = libsqlDown;
    expect(await serve(100, 2)).toEqual(Array(200).fill('granted'));
  });

  it('whose read was cut off with its request is read again', async () => {
    await kindOf();
    await fleet.time.pass(600);
    await kindOf();
    await fleet.time.pass(1);
    isolate.cutOff();
    const before = fleet.durableReads.begun;
    fleet.durable = ok({ ...active, epoch: 2, tradingState: 'HALTED' });
    expect(await serve(10, 5)).toEqual(Array(50).fill('granted'));
    expect(fleet.durableReads.begun).toBeGreaterThan(before);
    expect(await permit()).toMatchObject({ view: { epoch: 2, tradingState: 'HALTED' } });
  });
});

describe('a key that is forgotten for others while its request waits', () => {
  it('begins anew, with nothing', async () => {
    const first = isolate.permit(narrow);
    for (let index = 0; index < 4_096; index++) void isolate.permit({ ...narrow, keyId: `key-${index}` });
    const { kind } = await fleet.time.until(first);
    expect(['granted', 'unavailable']).toContain(kind);
  });
});

describe('the count of what may have been missed of the keys', () => {
  const count = () => isolate.control.keysEpoch();

  it('changes with the first sync, and then with none and no raised epoch', async () => {
    const before = count();
    await kindOf();
    const after = count();
    expect(after).not.toBe(before);
    await serve(5, 5);
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '2', 'state', 'HALTED']);
    await serve(5, 5);
    expect(count()).toBe(after);
  });

  it('changes in every isolate when Redis was wiped, also in those that did not have to tell it', async () => {
    const other = fleet.isolate();
    await kindOf();
    await kindOf(wide, other);
    const before = [count(), other.control.keysEpoch()] as const;
    await fleet.time.pass(1_000);
    fleet.redis.run(['FLUSHALL']);
    await kindOf();
    await kindOf(wide, other);
    expect(count()).not.toBe(before[0]);
    expect(other.control.keysEpoch()).not.toBe(before[1]);
  });

  it('changes when Redis was rolled back, not before libSQL can be read', async () => {
    await kindOf();
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '2', 'state', 'ACTIVE']);
    await fleet.time.pass(1_000);
    await kindOf();
    const before = count();
    fleet.redis.run(['HSET', 'ultrathink:control', 'epoch', '1', 'state', 'ACTIVE']);
    fleet.durable = libsqlDown;
    await serve(10, 3);
    expect(count()).toBe(before);
    fleet.durable = ok(active);
    await serve(10, 3);
    expect(count()).not.toBe(before);
  });
});

const tell = (...words: readonly [string, string][]) =>
  fleet.redis.run(['EVAL', tellKeysScript, '1', 'ultrathink:revocations', ...words.flat()]);

describe('a revoked key', () => {
  const revoke = (keyId: string) => tell([keyId, '']);

  it('is refused by every isolate within a view’s life', async () => {
    const other = fleet.isolate();
    await permit(wide);
    await permit(wide, other);
    revoke('wide');
    await fleet.time.pass(1_000);
    expect([await kindOf(wide), await kindOf(wide, other)]).toEqual(['revoked', 'revoked']);
    expect(isolate.control.isRevoked('wide')).toBe(true);
    expect(await kindOf(narrow)).toBe('granted');
  });

  it('is refused by an isolate that starts soon after', async () => {
    revoke('wide');
    await fleet.time.pass(300_000);
    expect(await kindOf()).toBe('revoked');
  });

  it('is not missed among thousands', async () => {
    await kindOf();
    for (let index = 0; index < 2_500; index++) {
      fleet.redis.run([
        'ZADD',
        'ultrathink:revocations',
        String(fleet.time.nowMs() * 1_000 + index),
        `key-${index}`,
      ]);
    }
    await fleet.time.pass(1_000);
    expect(await kindOf()).toBe('granted');
    expect(isolate.control.isRevoked('key-0')).toBe(true);
    expect(isolate.control.isRevoked('key-2499')).toBe(true);
  });
});

describe('a key that is not what it was', () => {
  it('is told to every isolate within a lease, each time', async () => {
    const other = fleet.isolate();
    await permit(wide);
    await permit(wide, other);
    const counts = () => [isolate, other].map(({ control }) => control.changesOf('wide'));
    const seen = [counts()];
    for (let change = 0; change < 2; change++) {
      tell(['wide/changed', '']);
      await fleet.time.pass(1_000);
      await permit(wide);
      await permit(wide, other);
      seen.push(counts());
    }
    for (const index of [0, 1]) expect(new Set(seen.map((count) => count[index])).size).toBe(3);
    expect(isolate.control.changesOf('narrow')).toBe(0);
    expect(isolate.control.isRevoked('wide')).toBe(false);
  });
});

describe('a secret that was rotated away', () => {
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
  const retired = (secretSha256: string) => isolate.control.isRetired(secretSha256);

  it('is good for its overlap by the clock of Redis, and a lease later nowhere', async () => {
    const other = fleet.isolate();
    await permit(wide);
    tell([`wide/${first}`, '5000'], [`wide/${second}`, '0']);
    await fleet.time.pass(1_000);
    const news = isolate.control.keysNews();
    await permit(wide);
    await permit(wide, other);
    expect(isolate.control.keysNews()).not.toBe(news);
    expect([retired(first), retired(second)]).toEqual([false, true]);
    await fleet.time.pass(3_900);
    expect(retired(first)).toBe(false);
    await fleet.time.pass(100);
    expect([retired(first), other.control.isRetired(first)]).toEqual([true, true]);
    expect(await kindOf(wide)).toBe('granted');
  });

  it('ends sooner where that is said later', async () => {
    tell([`wide/${first}`, '600000']);
    await permit(wide);
    tell([`wide/${first}`, '0']);
    await fleet.time.pass(1_000);
    await permit(wide);
    expect(retired(first)).toBe(true);
  });

  it('is told of behind what stands in the list by a clock that was ahead', async () => {
    await permit(wide);
    fleet.redis.run([
      'ZADD',
      'ultrathink:revocations',
      String(fleet.time.nowMs() * 1_000 + 60_000_000),
      'gone',
    ]);
    await fleet.time.pass(1_000);
    await permit(wide);
    expect(isolate.control.isRevoked('gone')).toBe(true);
    tell(['wide', '']);
    await fleet.time.pass(1_000);
    expect(await kindOf(wide)).toBe('revoked');
  });
});
