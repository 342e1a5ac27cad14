import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { formLatencies } from '../../../src/optimize/measure/form-latency.ts';
import { networkModel, normals } from '../compress/random-model.ts';

const SEED = 5;
const random = new SeededRandom(SEED);
const small = networkModel(random, [3, 4, 1]);
const large = networkModel(random, [3, 16, 16, 1]);
const rows = normals(random, 10 * 3, 1);

/** Reads 1, 2, 3, … milliseconds, so that every call takes one. */
function tickingClock(): () => number {
  let ms = 0;
  return () => {
    ms += 1;
    return ms;
  };
}

describe('the time of a form', () => {
  it('is of a row, asked alone and among 64, with fewer rows at hand than a call takes', async () => {
    const forms = [
      { name: 'small', model: small },
      { name: 'large', model: large },
    ];
    const timed = await formLatencies({ forms, rows, nowMs: tickingClock() });
    const expected = [
      { engine: 'onnxruntime-web', batchRows: 1, usPerRow: 1_000 },
      { engine: 'onnxruntime-web', batchRows: 64, usPerRow: 1_000 / 64 },
    ];
    expect(timed).toEqual({ ok: true, value: [expected, expected] });
  });

  it('is not told of a form that the engine does not take, which is named', async () => {
    const [head] = small.heads;
    if (head === undefined) throw new Error('the model has a head');
    const broken = { ...small, heads: [{ ...head, columns: Uint8Array.of(0, 1, 200) }] };
    const forms = [{ name: 'broken', model: broken }];
    const timed = await formLatencies({ forms, rows, nowMs: tickingClock() });
    expect(timed).toMatchObject({ ok: false, error: expect.stringContaining('broken: ') });
  });
});
