import { log } from '../../core/log.ts';
import type { Point, Space } from '../search/space.ts';

/**
 * A made-up model choice with every kind of parameter, conditions in conditions and a loss one can compute: which
 * trainer, and what that trainer wants to know. The best trainer is not the one that is good without tuning.
 */
export const conditionalSpace: Space = {
  trainer: { kind: 'categorical', choices: ['linear', 'trees', 'network'] },
  l2: {
    kind: 'float',
    low: 1e-6,
    high: 100,
    scale: 'log',
    when: { parameter: 'trainer', oneOf: ['linear', 'network'] },
  },
  leaves: { kind: 'int', low: 2, high: 512, scale: 'log', when: { parameter: 'trainer', oneOf: ['trees'] } },
  shrinkage: {
    kind: 'float',
    low: 0.001,
    high: 1,
    scale: 'log',
    when: { parameter: 'trainer', oneOf: ['trees'] },
  },
  rowShare: {
    kind: 'float',
    low: 0.3,
    high: 1,
    scale: 'linear',
    step: 0.1,
    when: { parameter: 'trainer', oneOf: ['trees'] },
  },
  layers: {
    kind: 'int',
    low: 1,
    high: 5,
    scale: 'linear',
    when: { parameter: 'trainer', oneOf: ['network'] },
  },
  rate: {
    kind: 'float',
    low: 1e-5,
    high: 1,
    scale: 'log',
    when: { parameter: 'trainer', oneOf: ['network'] },
  },
  descent: {
    kind: 'categorical',
    choices: ['adam', 'plain'],
    when: { parameter: 'trainer', oneOf: ['network'] },
  },
  momentum: {
    kind: 'float',
    low: 0,
    high: 0.99,
    scale: 'linear',
    when: { parameter: 'descent', oneOf: ['plain'] },
  },
};

/** At least 0.25, which only a network with the right rate, layers and momentum comes near. */
export function conditionalLoss(point: Point): number {
  const number = (name: string): number => point[name] as number;
  switch (point['trainer']) {
    case 'linear':
      return 0.35 + 0.004 * square(log(number('l2') / 0.1));
    case 'trees': {
      const size = log(number('leaves') / 24);
      const pace = log(number('shrinkage') / 0.06);
      return (
        0.27 + 0.01 * square(size + 0.5 * pace) + 0.01 * square(pace) + 0.1 * square(number('rowShare') - 0.7)
      );
    }
    default: {
      const isPlain = point['descent'] === 'plain';
      // Momentum multiplies the rate that plain descent has in effect.
      const rate = isPlain ? number('rate') / (1 - number('momentum')) : number('rate') * 30;
      const fit = 0.012 * square(log(rate / 0.1)) + 0.02 * square(number('layers') - 2);
      const start = isPlain ? 0.25 + 0.02 * square(number('momentum') - 0.9) : 0.26;
      return start + fit + 0.002 * square(log(number('l2') / 0.001));
    }
  }
}

const square = (x: number): number => x * x;
