import { expect, it } from 'vitest';
import { createFloat32Pool } from '../../src/core/float32-pool.ts';

it('gives every row floats of its own, zeros, whatever their lengths', () => {
  const pool = createFloat32Pool();
  const rows = Array.from({ length: 500 }, (_, index) => {
    const row = pool.take((index * 37) % 100);
    expect(row).toEqual(new Float32Array((index * 37) % 100));
    return row.fill(index);
  });
  for (const [index, row] of rows.entries()) {
    expect(row).toHaveLength((index * 37) % 100);
    for (const value of row) expect(value).toBe(index);
  }
  expect(pool.take(5_000)).toEqual(new Float32Array(5_000));
});
