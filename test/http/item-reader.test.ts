import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createItemReader } from '../../src/http/item-reader.ts';
import { readItem } from '../../src/http/read-item.ts';
import { catalogOf, constantModel } from './served-model.ts';

const model = constantModel(0.7);
const { names } = model.bundle.manifest.features;
const key = { id: 'k', account: 'a', ratePerSecond: 1, burst: 1, isRetired: () => false };
const options = { catalog: catalogOf(model), nowMs: Date.parse('2026-03-02T12:00:00Z'), barsMax: 200 };
const featuresOf = (value: number, order = names) =>
  Object.fromEntries(order.map((name, at) => [name, value + at]));

/** Few of each, so that neighbours are often alike. */
const members = {
  symbol: fc.constantFrom('DEMO', 'DEMO', 'NOPE'),
  features: fc.oneof(
    { weight: 6, arbitrary: fc.double({ noNaN: true, min: -9, max: 9 }).map((value) => featuresOf(value)) },
    fc.constantFrom<unknown>(featuresOf(1, names.toReversed()), featuresOf(1, names.slice(1)), null, 1e39),
    fc.constant({ ...featuresOf(1), extra: 1 }),
    fc.constant({ ...featuresOf(1), [String(names[3])]: 1e39 }),
  ),
  model: fc.constantFrom('constant', 'constant', 'nope'),
  interval: fc.constantFrom('1d', '1d', '1m'),
  position: fc.constantFrom<unknown>(1, '1', '-1', 'x', null),
  strategy: fc.constantFrom<unknown>('a', 'b', { a: 1 }),
  asOf: fc.constantFrom<unknown>('2026-02-27', '2026-02-27', '2027-01-01'),
  explain: fc.constantFrom<unknown>(true, false),
  bars: fc.constantFrom<unknown>([], null),
  durability: fc.constant('ack'),
  extra: fc.constant(1),
};
const { symbol, features, ...others } = members;
const plain = fc.record({ symbol, features });
const item = fc.oneof(
  { weight: 8, arbitrary: plain },
  { weight: 8, arbitrary: fc.record({ ...members }, { requiredKeys: ['symbol', 'features'] }) },
  fc.record({ ...others, features }, { requiredKeys: [] }),
  fc.constantFrom<unknown>(null, 1, 'x', [], [1]),
);

describe('items of a body, one after the other', () => {
  it('are read as each would be alone', () => {
    const few = fc.array(item, { minLength: 1, maxLength: 3 });
    // Each of a few items several times, in any order.
    const bodies = few.chain((some) => fc.array(fc.constantFrom(...some), { minLength: 2, maxLength: 12 }));
    fc.assert(
      fc.property(bodies, (body) => {
        const items: unknown[] = JSON.parse(JSON.stringify(body));
        const readNext = createItemReader(key, options);
        expect(items.map((one) => readNext(one))).toEqual(items.map((one) => readItem(one, key, options)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of which one says another thing are not asked alike', () => {
    const readNext = createItemReader(key, options);
    const base = { symbol: 'DEMO', position: 1 };
    const read = [
      { ...base, features: featuresOf(1) },
      { ...base, features: featuresOf(2) },
      { ...base, position: -1, features: featuresOf(3) },
      { symbol: 'DEMO', features: featuresOf(4) },
    ].map((one) => readNext(one));
    expect(read).toMatchObject(
      [1, 1, -1, undefined].map((position, at) => ({
        ok: true,
        value: { position, input: { values: Float32Array.from(names, (_, index) => at + 1 + index) } },
      })),
    );
  });
});
