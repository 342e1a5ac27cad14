import { describe, expect, it } from 'vitest';
import { decidingWorld } from './deciding-world.ts';
import { constantModel } from './served-model.ts';

const names = constantModel(0.5).bundle.manifest.features.names;
const question = {
  symbol: 'DEMO',
  features: Object.fromEntries(names.map((name, at) => [name, at === 0 ? 0.9 : 0])),
};

/** An isolate that slept hears with the permit that a secret was rotated away: simulator, scenario `keys change`, seed 80. */
describe('a request whose wait brought news of keys', () => {
  it.each(['whilePermitted', 'whileClaimed'] as const)('is proven again: %s', async (wait) => {
    const { world, post } = decidingWorld();
    world[wait] = () => {
      world.keysNews += 1;
      world.isProven = false;
    };
    const refused = await post('/one', { ...question, clientDecisionId: 'once' });
    expect(refused).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(world.rows).toEqual([]);
  });

  it('is proven again where the view was renewed behind its claim', async () => {
    const { world, post } = decidingWorld();
    world.whileEnsured = () => {
      world.keysNews += 1;
      world.isProven = false;
    };
    expect(await post('/one', { ...question, clientDecisionId: 'once' })).toMatchObject({ status: 401 });
    expect(world.rows).toEqual([]);
  });

  it('goes on where the key is still good', async () => {
    const { world, post } = decidingWorld();
    world.whilePermitted = () => {
      world.keysNews += 1;
    };
    expect(await post('/one', question)).toMatchObject({ status: 200, body: { action: 'BUY' } });
  });
});

describe('a request whose permission ended while its key was claimed', () => {
  it('is decided under a new one, since its answer is kept for good', async () => {
    const { world, post } = decidingWorld();
    world.whileClaimed = () => {
      world.live = false;
    };
    world.whileEnsured = () => {
      world.live = true;
    };
    const answered = await post('/one', { ...question, clientDecisionId: 'once' });
    expect(answered).toMatchObject({ status: 200, body: { action: 'BUY', actionable: true } });
  });
});
