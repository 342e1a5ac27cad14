import type { Space } from '../../../src/optimize/search/space.ts';

/** Every kind of parameter, and a condition within a condition. Named out of order. */
export const nestedSpace: Space = {
  momentum: {
    kind: 'float',
    low: 0,
    high: 0.9,
    scale: 'linear',
    when: { parameter: 'solver', oneOf: ['plain'] },
  },
  depth: {
    kind: 'int',
    low: 2,
    high: 9,
    scale: 'linear',
    when: { parameter: 'kind', oneOf: ['tree', 'forest'] },
  },
  bins: {
    kind: 'int',
    low: 1,
    high: 8,
    scale: 'log',
    when: { parameter: 'kind', oneOf: ['forest', 'tree'] },
  },
  kind: { kind: 'categorical', choices: ['tree', 'forest', 'net'] },
  share: { kind: 'float', low: 0.25, high: 1, scale: 'linear', step: 0.25 },
  still: { kind: 'float', low: 2, high: 2, scale: 'log' },
  flag: { kind: 'categorical', choices: [true, false, 7] },
  solver: { kind: 'categorical', choices: ['plain', 'adam'], when: { parameter: 'kind', oneOf: ['net'] } },
  rate: { kind: 'float', low: 1e-4, high: 1, scale: 'log', when: { parameter: 'kind', oneOf: ['net'] } },
};
