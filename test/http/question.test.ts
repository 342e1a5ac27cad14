import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuestion } from '../../src/http/question.ts';
import { catalogOf, constantModel } from './served-model.ts';

const nowMs = Date.parse('2026-03-02T12:00:00Z');
const dayMs = 86_400_000;
const model = constantModel(0.7);
const { windowBars, names } = model.bundle.manifest.features;
const catalog = catalogOf(model);
const key = { id: 'k', account: 'a', ratePerSecond: 1, burst: 1, isRetired: () => false };

const read = (body: unknown) => readQuestion(body, key, { catalog, nowMs, barsMax: 200 });

const bars = Array.from({ length: windowBars }, (_, index) => ({
  t: Date.parse('2026-03-01T00:00:00Z') - (windowBars - 1 - index) * dayMs,
  o: 10,
  h: 11,
  l: 9,
  c: '10.5',
  v: 100,
}));
const features = Object.fromEntries(names.map((name) => [name, 0.5]));

/** A copy of the bars with one field of one bar changed. */
const withBar = (index: number, change: Record<string, unknown>) => ({
  symbol: 'DEMO',
  bars: bars.map((bar, at) => (at === index ? { ...bar, ...change } : bar)),
});

describe('readQuestion', () => {
  it('takes bars, features, or neither', () => {
    expect(read({ symbol: 'DEMO', bars })).toMatchObject({ ok: true, value: { input: { kind: 'bars' } } });
    expect(read({ symbol: 'DEMO', features })).toMatchObject({
      ok: true,
      value: { input: { kind: 'features' } },
    });
    expect(read({ symbol: 'DEMO' })).toMatchObject({ ok: true, value: { input: { kind: 'none' } } });
  });

  it.each([
    ['a long position', 12, 1],
    ['a short position as text', '-0.50', -1],
    ['a flat position as text', '0.000', 0],
    ['a position too small for a float', `0.${'0'.repeat(30)}1`, 1],
  ])('reads %s by its sign', (_, position, sign) => {
    expect(read({ symbol: 'DEMO', bars, position })).toMatchObject({ ok: true, value: { position: sign } });
  });

  it.each<[string, unknown, string, string | undefined]>([
    ['an array', [], 'INVALID_REQUEST', ''],
    ['null', null, 'INVALID_REQUEST', ''],
    ['no symbol', { bars }, 'INVALID_REQUEST', 'symbol'],
    ['a symbol of the wrong type', { symbol: 1, bars }, 'INVALID_REQUEST', 'symbol'],
    ['an unknown field', { symbol: 'DEMO', bars, extra: 1 }, 'INVALID_REQUEST', 'extra'],
    ['an unknown field of a bar', withBar(3, { n: 1 }), 'INVALID_REQUEST', 'bars[3].n'],
    ['a lone surrogate', { symbol: 'DEMO', bars, strategy: '\ud800' }, 'INVALID_REQUEST', 'strategy'],
    ['an instant that no date can be', { symbol: 'DEMO', bars, asOf: -9e15 }, 'INVALID_REQUEST', 'asOf'],
    ['an unknown symbol', { symbol: 'NOPE', bars }, 'UNKNOWN_SYMBOL', 'symbol'],
    ['an unknown model', { symbol: 'DEMO', model: 'nope', bars }, 'UNKNOWN_MODEL', 'model'],
    [
      'a symbol the model does not serve',
      { symbol: 'X', model: 'constant', bars },
      'UNKNOWN_SYMBOL',
      'symbol',
    ],
    [
      'an interval the model does not serve',
      { symbol: 'DEMO', interval: '1m', bars },
      'UNKNOWN_INTERVAL',
      'interval',
    ],
    ['bars and features at once', { symbol: 'DEMO', bars, features }, 'INVALID_REQUEST', 'features'],
    ['too few bars', { symbol: 'DEMO', bars: bars.slice(1) }, 'TOO_FEW_BARS', 'bars'],
    ['too many bars', { symbol: 'DEMO', bars: Array(201).fill(bars[0]) }, 'INVALID_REQUEST', 'bars'],
    ['a bar without a close', withBar(3, { c: undefined }), 'INVALID_REQUEST', 'bars[3].c'],
    ['a bar whose price is no decimal', withBar(3, { o: 'NaN' }), 'INVALID_REQUEST', 'bars[3].o'],
    ['a negative price', withBar(3, { l: -1 }), 'INVALID_REQUEST', 'bars[3].l'],
    ['a negative volume', withBar(3, { v: -1 }), 'INVALID_REQUEST', 'bars[3].v'],
    ['high below low', withBar(3, { h: 9.9, l: 10.4, o: 10, c: 10 }), 'INVALID_REQUEST', 'bars[3].h'],
    ['times out of order', withBar(3, { t: bars[2]?.t }), 'INVALID_REQUEST', 'bars[3].t'],
    ['a time that is none', withBar(3, { t: 'yesterday' }), 'INVALID_REQUEST', 'bars[3].t'],
    [
      'a bar in the future',
      withBar(windowBars - 1, { t: nowMs + dayMs }),
      'INVALID_REQUEST',
      `bars[${windowBars - 1}].t`,
    ],
    [
      'a bar that is missing',
      {
        symbol: 'DEMO',
        bars: [
          ...bars.slice(0, 1).map((bar) => ({ ...bar, t: bar.t - dayMs })),
          ...bars.slice(0, 5).map((bar) => ({ ...bar, t: bar.t })),
          ...bars.slice(6),
        ],
      },
      'INVALID_REQUEST',
      'bars[6].t',
    ],
    [
      'bars of another interval',
      {
        symbol: 'DEMO',
        bars: bars.map((bar, at) => ({ ...bar, t: (bars.at(-1)?.t ?? 0) - (bars.length - 1 - at) * 60_000 })),
      },
      'INVALID_REQUEST',
      'bars[1].t',
    ],
    ['a bar after asOf', { symbol: 'DEMO', bars, asOf: '2026-02-01' }, 'INVALID_REQUEST', undefined],
    ['asOf in the future', { symbol: 'DEMO', bars, asOf: nowMs + 1 }, 'INVALID_REQUEST', 'asOf'],
    ['asOf that is no time', { symbol: 'DEMO', bars, asOf: '16 March' }, 'INVALID_REQUEST', 'asOf'],
    [
      'a missing feature',
      { symbol: 'DEMO', features: { ...features, [names[0] ?? '']: undefined } },
      'INVALID_REQUEST',
      `features.${names[0]}`,
    ],
    [
      'an unknown feature',
      { symbol: 'DEMO', features: { ...features, luck: 1 } },
      'INVALID_REQUEST',
      'features.luck',
    ],
    [
      'a feature too large for f32',
      { symbol: 'DEMO', features: { ...features, [names[1] ?? '']: 1e39 } },
      'INVALID_REQUEST',
      `features.${names[1]}`,
    ],
    [
      'a position that is no decimal',
      { symbol: 'DEMO', bars, position: '1e3' },
      'INVALID_REQUEST',
      'position',
    ],
    ['an unknown durability', { symbol: 'DEMO', bars, durability: 'maybe' }, 'INVALID_REQUEST', 'durability'],
  ])('refuses %s', (_, body, code, path) => {
    const question = read(JSON.parse(JSON.stringify(body)));
    expect(question).toMatchObject({ ok: false, error: { code } });
    if (question.ok) return;
    expect(question.error.faults?.length).toBeGreaterThan(0);
    if (path !== undefined) expect(question.error.faults?.map((fault) => fault.path)).toContain(path);
  });

  it('never throws, and refuses with a code and a fault, whatever JSON comes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (body) => {
        const question = read(body);
        if (!question.ok) expect(question.error.code).toMatch(/^[A-Z_]+$/);
      }),
    );
  });
});
