import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { shieldOf } from '../../functions/shield-of.ts';

/** As the binding of these tests has it (vitest.config.ts), a minute. */
const limit = 3;

describe('the rate-limit binding of Workers', () => {
  it('admits so many of a key in its period, and of another key as many', async () => {
    if (!env.SHIELD) throw new Error('no rate limit is bound');
    const shield = shieldOf(env.SHIELD);
    const answers: boolean[] = [];
    // The runtime counts by the minute of the wall clock, which may end once between these: then twice as many are admitted.
    for (let call = 0; call < 2 * limit + 1; call++) answers.push(await shield.admits('192.0.2.1'));
    const admitted = answers.filter((isAdmitted) => isAdmitted).length;
    expect(answers.slice(0, limit)).toEqual([true, true, true]);
    expect(admitted).toBeGreaterThanOrEqual(limit);
    expect(admitted).toBeLessThanOrEqual(2 * limit);
    expect(await shield.admits('192.0.2.2')).toBe(true);
  });
});
