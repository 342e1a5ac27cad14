import { isDeepStrictEqual } from 'node:util';
import { z } from '@hono/zod-openapi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCheck } from '../../src/http/compile-check.ts';
import { decisionRequestSchema } from '../../src/http/decision-schemas.ts';

const isDecisionRequest = compileCheck(decisionRequestSchema);

const text = fc.string({ maxLength: 70, unit: 'grapheme' });
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ maxLength: 12 }));
const bar = fc.record({ t: number, o: number, h: number, l: number, c: number, v: number });
const request = fc.record(
  {
    symbol: fc.string({ minLength: 1, maxLength: 32 }),
    interval: fc.string({ maxLength: 8 }),
    bars: fc.array(bar, { maxLength: 3 }),
    features: fc.dictionary(text, fc.double(), { maxKeys: 4 }),
    strategy: text,
    position: number,
    model: text,
    asOf: number,
    clientDecisionId: text,
    durability: fc.constantFrom('pending', 'ack'),
    explain: fc.boolean(),
  },
  { requiredKeys: ['symbol'] },
);
const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>('', ' '.repeat(200), '\ud800', null, [], {}, Number.MAX_VALUE, 'ack'),
);
const names = fc.constantFrom(
  ...Object.keys(decisionRequestSchema.shape),
  ...['extra', '__proto__', 'constructor', 'toString'],
);

/** Puts a value somewhere: at a name of the request, of its last bar, or of its features. */
function planted(body: object, place: 'request' | 'bar' | 'features', name: string, value: unknown): unknown {
  const entries = Object.entries(body);
  const withEntry = (object: object) => Object.fromEntries([...Object.entries(object), [name, value]]);
  switch (place) {
    case 'request':
      return withEntry(body);
    case 'bar':
      return Object.fromEntries([...entries, ['bars', [withEntry({ t: 1, o: 1, h: 1, l: 1, c: 1, v: 1 })]]]);
    case 'features':
      return Object.fromEntries([...entries, ['features', withEntry({ a: 1 })]]);
  }
}

const places = fc.constantFrom('request' as const, 'bar' as const, 'features' as const);
const body = fc.oneof(
  request,
  anything,
  fc.tuple(request, places, names, anything).map((parts) => planted(...parts)),
);

/** As it came over the wire: `1e999` is Infinity there, and `__proto__` a member as any other. */
const overTheWire = (value: unknown): unknown =>
  JSON.parse((JSON.stringify(value) ?? 'null').replaceAll('1.7976931348623157e+308', '1e999'));

describe('the check compiled from the schema of a decision request', () => {
  it('says of every body what the schema says', () => {
    let fitting = 0;
    fc.assert(
      fc.property(body, (generated) => {
        const asked = overTheWire(generated);
        const parsed = decisionRequestSchema.safeParse(asked);
        // Where the schema takes a value otherwise than as it is, the check leaves it to the schema.
        const expected = parsed.success && isDeepStrictEqual(parsed.data, asked);
        expect(isDecisionRequest(asked)).toBe(expected);
        if (expected) fitting += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(fitting).toBeGreaterThan(300);
  });

  it('takes nothing for a record but an object of its own', () => {
    expect(isDecisionRequest(Object.create({ symbol: 'DEMO' }))).toBe(false);
    expect(isDecisionRequest(Object.assign([], { symbol: 'DEMO' }))).toBe(false);
  });
});

describe('compileCheck', () => {
  it.each([
    ['an object that lets strangers in', z.object({ a: z.string() })],
    ['a number with bounds', z.number().min(1)],
    ['a string with a pattern', z.string().regex(/a/)],
    ['a transformation', z.string().transform(Number)],
    ['a default', z.string().default('a')],
    ['a refined object', z.strictObject({ a: z.string() }).refine(() => false)],
  ])('throws on %s and does not pass over it', (_, schema) => {
    expect(() => compileCheck(schema)).toThrow(TypeError);
  });
});
