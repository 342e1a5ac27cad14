import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import {
  coordinateOf,
  isValueOf,
  unitOfValue,
  valueAt,
  valueOfUnit,
} from '../../../src/optimize/search/domain.ts';
import { planSearch, pointFaults, randomPoint } from '../../../src/optimize/search/search-plan.ts';
import { type Space, spaceFaults } from '../../../src/optimize/search/space.ts';
import { nestedSpace } from './nested-space.ts';

describe('spaceFaults', () => {
  it('finds none in a space with every kind of parameter', () => {
    expect(spaceFaults(nestedSpace)).toEqual([]);
  });

  it('finds a space without parameters unusable', () => {
    expect(spaceFaults({})).toHaveLength(1);
  });

  it('lists every fault at once, each with its parameter', () => {
    const space: Space = {
      upside: { kind: 'float', low: 2, high: 1, scale: 'linear' },
      endless: { kind: 'float', low: 0, high: Infinity, scale: 'linear' },
      zero: { kind: 'float', low: 0, high: 1, scale: 'log' },
      broken: { kind: 'int', low: 0.5, high: 3, scale: 'linear' },
      negative: { kind: 'int', low: 0, high: 3, scale: 'log' },
      ragged: { kind: 'float', low: 0, high: 1, scale: 'linear', step: 0.3 },
      still: { kind: 'float', low: 0, high: 1, scale: 'linear', step: 0 },
      bent: { kind: 'float', low: 1, high: 2, scale: 'log', step: 1 },
      empty: { kind: 'categorical', choices: [] },
      twice: { kind: 'categorical', choices: ['a', 'a'] },
      orphan: { kind: 'int', low: 1, high: 2, scale: 'linear', when: { parameter: 'nobody', oneOf: [1] } },
      inherited: {
        kind: 'int',
        low: 1,
        high: 2,
        scale: 'linear',
        when: { parameter: 'constructor', oneOf: [1] },
      },
      numeric: { kind: 'int', low: 1, high: 2, scale: 'linear', when: { parameter: 'bent', oneOf: [1] } },
      never: { kind: 'int', low: 1, high: 2, scale: 'linear', when: { parameter: 'twice', oneOf: [] } },
      other: { kind: 'int', low: 1, high: 2, scale: 'linear', when: { parameter: 'twice', oneOf: ['b'] } },
    };
    const faulty = spaceFaults(space).map((fault) => fault.split(':')[0]);
    expect(faulty).toEqual(Object.keys(space));
  });

  it('finds conditions that wait for one another', () => {
    const space: Space = {
      a: { kind: 'categorical', choices: [1], when: { parameter: 'c', oneOf: [1] } },
      b: { kind: 'categorical', choices: [1], when: { parameter: 'a', oneOf: [1] } },
      c: { kind: 'categorical', choices: [1], when: { parameter: 'b', oneOf: [1] } },
      outside: { kind: 'categorical', choices: [1], when: { parameter: 'a', oneOf: [1] } },
    };
    expect(spaceFaults(space)).toEqual(['a, b, c: the conditions form a cycle']);
  });
});

describe('planSearch', () => {
  it('puts parents first and gathers what is active together', () => {
    const { parameters, groups } = planSearch(nestedSpace);
    const place = (name: string): number => parameters.findIndex((parameter) => parameter.name === name);
    expect(place('kind')).toBeLessThan(place('solver'));
    expect(place('solver')).toBeLessThan(place('momentum'));
    expect(groups.map((group) => group.map(({ name }) => name))).toEqual([
      ['kind', 'share', 'still', 'flag'],
      ['depth', 'bins'],
      ['solver', 'rate'],
      ['momentum'],
    ]);
  });
});

describe('a point', () => {
  const plan = planSearch(nestedSpace);

  it('drawn at random holds exactly the active parameters, within their ranges', () => {
    const random = new SeededRandom(3);
    const seen = new Set<string>();
    for (let i = 0; i < 500; i += 1) {
      const point = randomPoint(plan, random);
      expect(pointFaults(plan, point), JSON.stringify(point)).toEqual([]);
      for (const name of Object.keys(point)) seen.add(name);
    }
    expect(seen.size).toBe(plan.parameters.length);
  });

  it('is refused with each of its faults', () => {
    const point = { kind: 'tree', share: 0.3, still: 2, flag: 'maybe', depth: 3, rate: 0.1, extra: 1 };
    expect(pointFaults(plan, point)).toEqual([
      'extra is not in the space',
      'share = 0.3 is out of its range',
      'flag = maybe is out of its range',
      'bins is missing',
      'rate is not active here',
    ]);
  });
});

describe('a domain', () => {
  it('gives a value back from its coordinate and from its unit', () => {
    const random = new SeededRandom(9);
    for (const { name, domain } of planSearch(nestedSpace).parameters) {
      for (let i = 0; i < 300; i += 1) {
        const value = valueOfUnit(domain, random.uniform());
        expect(isValueOf(domain, value), `${name} ${value}`).toBe(true);
        const again = [
          valueAt(domain, coordinateOf(domain, value)),
          valueOfUnit(domain, unitOfValue(domain, value)),
        ];
        for (const other of again) {
          if (typeof value === 'number')
            expect(Math.abs((other as number) / value - 1) || 0).toBeLessThan(1e-12);
          else expect(other).toBe(value);
        }
      }
    }
  });

  it('gives the bounds of a whole number on a log scale their share of the draws', () => {
    const bins = planSearch(nestedSpace).parameters.find(({ name }) => name === 'bins');
    if (bins === undefined) throw new Error('no bins');
    const draws = Array.from({ length: 1000 }, (_, i) => valueOfUnit(bins.domain, (i + 0.5) / 1000));
    const share = (value: number): number => draws.filter((draw) => draw === value).length / 1000;
    // log(1.5 / 0.5) and log(8.5 / 7.5) of log(8.5 / 0.5).
    expect(share(1)).toBeCloseTo(Math.log(3) / Math.log(17), 2);
    expect(share(8)).toBeCloseTo(Math.log(8.5 / 7.5) / Math.log(17), 2);
  });
});
