import { describe, expect, it } from 'vitest';
import { select } from '../../../src/optimize/select/select.ts';
import { quickSelection } from '../../../src/optimize/select/selection-settings.ts';
import { selectionRows } from './selection-rows.ts';

const options = { settings: quickSelection, seed: 1 };

describe('select', () => {
  it('selects from plain arrays', () => {
    const { features, labels } = selectionRows({
      count: 600,
      normals: 6,
      seed: 2,
      isPositive: ([a = 0, , c = 0], random) => a - c + 0.5 * random.normal() > 0,
    });
    expect(select(features, [...labels], options).kept).toEqual([0, 2]);
  });

  it('refuses ragged rows and labels that are not 0 or 1', () => {
    expect(() => select(new Float32Array(7), [0, 1], options)).toThrow(
      '7 values are not 2 rows of equal width',
    );
    expect(() => select(new Float32Array(4), [0, 2], options)).toThrow('labels must be 0 or 1');
  });
});
