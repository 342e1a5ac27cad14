import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { shieldOf } from '../../functions/shield-of.ts';

describe('the rate-limit binding of Workers', () => {
  it('admits so many of a key in its period, and of another key as many', async () => {
    if (!env.SHIELD) throw new Error('no rate limit is bound');
    const shield = shieldOf(env.SHIELD);
    const admitted: boolean[] = [];
    for (let call = 0; call < 5; call++) admitted.push(await shield.admits('192.0.2.1'));
    expect(admitted).toEqual([true, true, true, false, false]);
    expect(await shield.admits('192.0.2.2')).toBe(true);
  });
});
