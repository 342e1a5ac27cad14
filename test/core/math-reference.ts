import { expect } from 'vitest';
import reference from '../fixtures/math/reference.json' with { type: 'json' };

/** Expects every reference row of a function to be met within `ulpsMax` units in the last place. */
export function expectWithinUlps(
  name: keyof typeof reference,
  ulpsMax: number,
  evaluate: (...xs: number[]) => number,
) {
  const worst = reference[name]
    .map((row) => {
      const [nearest, rest] = row.slice(-2) as [number, number];
      const steps = (evaluate(...row.slice(0, -2)) - nearest) / spacingAt(nearest);
      return { row, ulps: Math.abs(steps - rest) };
    })
    .reduce((left, right) => (left.ulps >= right.ulps ? left : right));
  expect(worst.ulps, `worst at ${worst.row}`).toBeLessThan(ulpsMax);
}

/** The f64 next above a positive `x`, or next below a negative one. */
export function outwardNeighbour(x: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0);
}

const spacingAt = (x: number) => outwardNeighbour(Math.abs(x)) - Math.abs(x);
