import { isDeepStrictEqual } from 'node:util';
import { z } from '@hono/zod-openapi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkOfShape } from '../../src/core/check-of-shape.ts';
import { shapeFaults } from '../../src/core/shape-faults.ts';
import { shapeOf } from '../../src/core/shape-of.ts';
import {
  batchRequestSchema,
  type DecisionRequest,
  decisionRequestSchema,
} from '../../src/http/decision-schemas.ts';
import { decisionShapes } from '../../src/http/decision-shapes.ts';
import type { Fault } from '../../src/http/problem.ts';
import { readShape, unfit } from '../../src/http/read-shape.ts';
import { ticksFrame } from '../../src/http/stream-frames.ts';
import { manifestSchema } from '../../src/models/manifest.ts';
import { manifestShape } from '../../src/models/manifest-shape.ts';
import { releaseBundle } from '../../src/models/release.ts';
import { constantDraft, testKey } from '../models/constant-draft.ts';

const isDecisionRequest = checkOfShape<DecisionRequest>(decisionShapes.request);

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

/** Where a schema takes a value otherwise than as it is (it drops `__proto__`), the shape has it fit nowhere. */
const fitsAsItIs = (schema: z.ZodType, value: unknown): boolean => {
  const parsed = schema.safeParse(value);
  return parsed.success && isDeepStrictEqual(parsed.data, value);
};

const faultsIn = (told: ReturnType<typeof readShape>): readonly Fault[] =>
  told.ok ? [] : (told.error.faults ?? []);

/** Without what the shape alone tells: of `__proto__`, which a schema drops. */
const ofTheShape = (body: unknown): readonly Fault[] =>
  faultsIn(unfit(decisionShapes.request, body)).filter(
    ({ code, path }) => code !== 'INVALID_KEY' || !path.endsWith('__proto__'),
  );

/** Without what the schema alone tells: that a list, which is no text, has not the length of the text either. */
const ofTheSchema = (body: unknown): readonly Fault[] =>
  faultsIn(readShape(decisionRequestSchema, body)).filter(
    ({ code, path }, index, all) =>
      !code.startsWith('TOO_') ||
      !all.slice(0, index).some((other) => other.path === path && other.code === 'INVALID_TYPE'),
  );

describe('the shape of a decision request', () => {
  it('fits the bodies that the schema takes, and says of the others what the schema says', () => {
    let fitting = 0;
    let told = 0;
    fc.assert(
      fc.property(body, (generated) => {
        const asked = overTheWire(generated);
        const expected = fitsAsItIs(decisionRequestSchema, asked);
        expect(isDecisionRequest(asked)).toBe(expected);
        expect(shapeFaults(decisionShapes.request, asked).length > 0).toBe(!expected);
        if (expected) fitting += 1;
        const bySchema = ofTheSchema(asked);
        expect(ofTheShape(asked)).toEqual(bySchema);
        if (bySchema.length > 0) told += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(fitting).toBeGreaterThan(300);
    expect(told).toBeGreaterThan(300);
  });

  it('takes nothing for a record but an object of its own', () => {
    expect(isDecisionRequest(Object.create({ symbol: 'DEMO' }))).toBe(false);
    expect(isDecisionRequest(Object.assign([], { symbol: 'DEMO' }))).toBe(false);
  });
});

describe('the shape of a batch', () => {
  it.each<[string, unknown]>([
    ['no object', []],
    ['nothing', undefined],
    ['no items', { items: [] }],
    ['too many items', { items: Array.from({ length: 257 }, () => 1) }],
    ['items that are none', { items: 1, durability: 'never' }],
    ['a stranger', { items: [1], item: 1, clientDecisionId: '' }],
    ['a lone surrogate', { items: [1], clientDecisionId: '\ud800' }],
  ])('says of %s what the schema says', (_, asked) => {
    expect(unfit(decisionShapes.batch, asked)).toEqual(readShape(batchRequestSchema, asked));
  });
});

describe('the shape of a frame of ticks', () => {
  const isTicksFrame = checkOfShape(decisionShapes.ticks);
  const frame = { type: 'ticks', seq: 2, ack: 1, ticks: [{ symbol: 'DEMO' }] };

  it.each<[string, unknown]>([
    ['itself', frame],
    ['ticks that are none', { ...frame, ticks: [null, 1, 'x'] }],
    ['no ticks', { ...frame, ticks: [] }],
    ['too many ticks', { ...frame, ticks: Array.from({ length: 257 }, () => 1) }],
    ['as many as may be', { ...frame, ticks: Array.from({ length: 256 }, () => 1) }],
    ['another type', { ...frame, type: 'window' }],
    ['a stranger', { ...frame, more: 1 }],
    ['no seq', { ...frame, seq: undefined }],
    ['a seq below 0', { ...frame, seq: -1 }],
    ['a seq that is no integer', { ...frame, seq: 1.5 }],
    ['a seq that is too large', { ...frame, seq: 2 ** 53 }],
    ['the largest seq', { ...frame, seq: Number.MAX_SAFE_INTEGER }],
    ['an ack of text', { ...frame, ack: '1' }],
    ['no object', [frame]],
    ['nothing', null],
  ])('says of %s what the schema says', (_, asked) => {
    expect(isTicksFrame(asked)).toBe(ticksFrame.safeParse(asked).success);
  });
});

describe('the shape of a manifest', () => {
  const released = releaseBundle(constantDraft(), testKey);
  if (!released.ok) throw new Error(released.error);
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(released.value.files.manifest);
  const isManifest = checkOfShape(manifestShape);
  const values = fc.oneof(
    anything,
    fc.constantFrom<unknown>(0, -1, 1, 0.5, 2 ** 53, ['direction'], ['risk'], ['direction', 'risk']),
  );
  const paths = Object.entries(manifest).flatMap(([name, value]) => [
    [name],
    ...(typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.keys(value).map((inner) => [name, inner])
      : []),
  ]);

  it('fits the manifests that the schema takes', () => {
    expect(isManifest(manifest)).toBe(true);
    let fitting = 0;
    fc.assert(
      fc.property(fc.constantFrom(...paths), values, ([name = '', inner], value) => {
        const changed = inner === undefined ? value : { ...(manifest[name] as object), [inner]: value };
        const asked = overTheWire({ ...manifest, [name]: changed });
        const expected = fitsAsItIs(manifestSchema, asked);
        expect(isManifest(asked)).toBe(expected);
        expect(shapeFaults(manifestShape, asked).length > 0).toBe(!expected);
        if (expected) fitting += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(fitting).toBeGreaterThan(100);
  });
});

describe('shapeOf', () => {
  it.each([
    ['an object that lets strangers in', z.object({ a: z.string() })],
    ['a number of steps', z.number().multipleOf(2)],
    ['a number below another', z.number().lt(1)],
    ['a string of a format', z.email()],
    ['a pattern with flags', z.string().regex(/a/i)],
    ['a refinement', z.string().refine((value) => value === 'a')],
    ['a transformation', z.string().transform(Number)],
    ['a default', z.string().default('a')],
    ['a refined object', z.strictObject({ a: z.string() }).refine(() => false)],
    ['a tuple without an end', z.tuple([z.string()], z.string())],
  ])('throws on %s and does not pass over it', (_, schema) => {
    expect(() => shapeOf(schema)).toThrow(TypeError);
  });
});
