import { describe, expect, it } from 'vitest';
import type { PermitAsk } from '../../src/control/view.ts';
import { createFleet } from './fleet.ts';

/** That no more is ever admitted, whatever fails, is what the simulator shows (src/local/simulator/checks/rate-bound.ts). */
describe('the rate bound', () => {
  it('leaves little unspent: four isolates under twice the limit are given nine tenths of it', async () => {
    const fleet = await createFleet();
    const isolates = Array.from({ length: 4 }, () => fleet.isolate());
    const key: PermitAsk = { keyId: 'shared', ratePerSecond: 500, burst: 200 };
    let admitted = 0;
    for (let ms = 0; ms < 10_000; ms++) {
      void isolates[ms % 4]?.permit(key).then((answer) => {
        if (answer.kind === 'granted') admitted += 1;
      });
      await fleet.time.pass(1);
    }
    const bound = 200 + 500 * (fleet.time.monotonicMs() / 1_000);
    expect(admitted).toBeLessThanOrEqual(bound);
    expect(admitted).toBeGreaterThan(0.9 * bound);
    await fleet.close();
  });
});
