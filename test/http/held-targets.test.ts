import { describe, expect, it } from 'vitest';
import type { TargetState } from '../../src/control/view.ts';
import { decidingWorld } from './deciding-world.ts';
import { constantModel } from './served-model.ts';

const names = constantModel(0.5).bundle.manifest.features.names;
const features = Object.fromEntries(names.map((name, at) => [name, at === 0 ? 0.9 : 0]));
const asked = { symbol: 'DEMO', features, strategy: 'breakout' };
const halted = (target: string): TargetState => ({ target, tradingState: 'HALTED', epoch: 6 });

describe('a target that is held back', () => {
  it.each(['account:a', 'strategy:breakout', 'model:constant', 'symbol:DEMO'])(
    '%s holds single decisions and items of a batch, and the record says by which epoch',
    async (target) => {
      const { world, post } = decidingWorld();
      expect((await post('/one', asked)).body).toMatchObject({ action: 'BUY', actionable: true });
      world.targets = [halted(target)];
      const held = {
        action: 'HOLD',
        holdKind: 'safety',
        actionable: false,
        reasons: [{ code: 'TRADING_HALTED', detail: `trading of ${target} is halted` }],
      };
      expect((await post('/one', asked)).body).toMatchObject(held);
      expect((await post('/batch', { items: [asked, asked] })).body.items).toMatchObject([held, held]);
      expect(JSON.parse(world.rows[1]?.record ?? '').control).toEqual({
        epoch: 7,
        registryEpoch: 0,
        targets: [{ epoch: 6, target, tradingState: 'HALTED' }],
        tradingState: 'ACTIVE',
      });
    },
  );

  it('leaves all else as it is, and no word of it in their records', async () => {
    const { world, post } = decidingWorld();
    world.targets = ['account:b', 'strategy:other', 'model:n', 'symbol:X', 'venue:DEMO'].map(halted);
    expect((await post('/one', asked)).body).toMatchObject({ actionable: true });
    expect(JSON.parse(world.rows[0]?.record ?? '').control).toEqual({
      epoch: 7,
      registryEpoch: 0,
      tradingState: 'ACTIVE',
    });
  });

  it('holds of a batch the items that are about it', async () => {
    const { world, post } = decidingWorld();
    world.targets = [halted('strategy:breakout')];
    const { strategy: _, ...unnamed } = asked;
    const { body } = await post('/batch', { items: [asked, unnamed, { ...asked, strategy: 'other' }] });
    expect(body.items.map(({ action }: { action: string }) => action)).toEqual(['HOLD', 'BUY', 'BUY']);
  });

  it('lets exits pass where it may reduce', async () => {
    const { world, post } = decidingWorld();
    world.targets = [{ target: 'symbol:DEMO', tradingState: 'REDUCING', epoch: 6 }];
    expect((await post('/one', { ...asked, position: -1 })).body).toMatchObject({ effect: 'close' });
    expect((await post('/one', { ...asked, position: 1 })).body).toMatchObject({
      reasons: [{ code: 'TRADING_REDUCING' }],
    });
  });

  it('lets no action leave whose record was being written when it was halted', async () => {
    const { world, post } = decidingWorld();
    world.whileWriting = () => void Object.assign(world, { targets: [halted('strategy:breakout')] });
    expect((await post('/one', { ...asked, durability: 'ack' })).body).toMatchObject({ code: 'SUPERSEDED' });
  });

  it('supersedes the kept answers that it is about, and any word at all those that are claimed meanwhile', async () => {
    const { world, post, time, view, bucket } = decidingWorld();
    const keyed = { items: [{ ...asked, strategy: 'other' }, asked], clientDecisionId: 'once' };
    await post('/batch', keyed);
    world.claim = {
      kind: 'replay',
      status: 200,
      body: world.kept[0]?.body ?? '',
      expiresAtMs: time.monotonicMs() + 700,
    };
    world.targets = [halted('strategy:third')];
    expect(await post('/batch', keyed)).toMatchObject({ status: 200 });
    world.targets = [halted('strategy:breakout')];
    expect((await post('/batch', keyed)).body).toMatchObject({ code: 'SUPERSEDED' });
    world.targets = [];
    world.permit = { kind: 'granted', view: { ...view(), epoch: 6 }, bucket };
    expect((await post('/batch', keyed)).body).toMatchObject({ code: 'SUPERSEDED' });
  });
});
