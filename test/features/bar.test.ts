import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bar, validateBars } from '../../src/features/bar.ts';

const nowMs = Date.parse('2020-03-17T00:00:00Z');
const limits = { nowMs, barsMax: 300 };
const row = { t: '2020-03-16', o: 10, h: 12, l: 9, c: 11, v: 100 };

function codesOf(rows: unknown): string[] {
  const result = validateBars(rows, limits);
  return result.ok ? [] : result.faults.map(({ path, code }) => `${path} ${code}`);
}

describe('the validator of bars', () => {
  it('turns the wire form into bars', () => {
    const rows = [
      { t: '2020-03-12', o: '10', h: '12.50', l: 9, c: 11, v: '0' },
      { t: Date.parse('2020-03-13'), o: 11, h: 11, l: 11, c: 11, v: 7, n: 3 },
    ];
    expect(validateBars(rows, limits)).toEqual({
      ok: true,
      bars: [
        { tMs: Date.parse('2020-03-12'), open: 10, high: 12.5, low: 9, close: 11, volume: 0 },
        { tMs: Date.parse('2020-03-13'), open: 11, high: 11, low: 11, close: 11, volume: 7 },
      ],
    });
  });

  it.each<[string, unknown, string[]]>([
    ['no array', { 0: row, length: 1 }, ['bars NOT_AN_ARRAY']],
    ['nothing', undefined, ['bars NOT_AN_ARRAY']],
    ['too many rows', Array.from({ length: 301 }, () => null), ['bars TOO_MANY']],
    ['a hole', [undefined], ['bars[0] NOT_AN_OBJECT']],
    ['null', [null], ['bars[0] NOT_AN_OBJECT']],
    ['an array as a row', [[]], ['bars[0] NOT_AN_OBJECT']],
    ['a missing price', [{ ...row, c: undefined }], ['bars[0].c MISSING']],
    ['a null price', [{ ...row, c: null }], ['bars[0].c MISSING']],
    ['a boolean price', [{ ...row, o: true }], ['bars[0].o WRONG_TYPE']],
    ['NaN', [{ ...row, h: NaN }], ['bars[0].h NOT_FINITE']],
    ['infinity', [{ ...row, h: Infinity }], ['bars[0].h NOT_FINITE']],
    ['a price of zero', [{ ...row, l: 0 }], ['bars[0].l NOT_POSITIVE']],
    ['a negative price', [{ ...row, l: '-9' }], ['bars[0].l NOT_POSITIVE']],
    ['a negative volume', [{ ...row, v: -1 }], ['bars[0].v NEGATIVE']],
    ['high below low', [{ ...row, h: 8 }], ['bars[0].h HIGH_BELOW_LOW']],
    ['high below open', [{ ...row, o: 13 }], ['bars[0].h HIGH_BELOW_BODY']],
    ['high below close', [{ ...row, c: 13 }], ['bars[0].h HIGH_BELOW_BODY']],
    ['low above open', [{ ...row, o: 8 }], ['bars[0].l LOW_ABOVE_BODY']],
    ['low above close', [{ ...row, c: 8 }], ['bars[0].l LOW_ABOVE_BODY']],
    [
      'a body wider than the range',
      [{ ...row, o: 13, c: 8 }],
      ['bars[0].h HIGH_BELOW_BODY', 'bars[0].l LOW_ABOVE_BODY'],
    ],
    ['a missing time', [{ ...row, t: undefined }], ['bars[0].t MISSING']],
    ['an object as time', [{ ...row, t: {} }], ['bars[0].t WRONG_TYPE']],
    ['a local time', [{ ...row, t: '2020-03-16T00:00:00' }], ['bars[0].t NOT_A_TIME']],
    ['a fraction of a millisecond', [{ ...row, t: 0.5 }], ['bars[0].t NOT_A_TIME']],
    ['a time past year 9999', [{ ...row, t: 1e15 }], ['bars[0].t NOT_A_TIME']],
    ['the future', [{ ...row, t: nowMs + 1 }], ['bars[0].t IN_FUTURE']],
    ['the same time twice', [row, row], ['bars[1].t NOT_ASCENDING']],
    ['times that go back', [row, { ...row, t: '2020-03-15' }], ['bars[1].t NOT_ASCENDING']],
    [
      'times that go back past an unreadable one',
      [row, { ...row, t: '' }, row],
      ['bars[1].t NOT_A_TIME', 'bars[2].t NOT_ASCENDING'],
    ],
    [
      'faults of several rows',
      [
        { ...row, v: -1 },
        { ...row, t: 'x', o: 'x' },
      ],
      ['bars[0].v NEGATIVE', 'bars[1].t NOT_A_TIME', 'bars[1].o NOT_DECIMAL'],
    ],
  ])('names the fault of %s', (_, rows, faults) => {
    expect(codesOf(rows)).toEqual(faults);
  });

  it('takes a bar that starts now', () => {
    expect(codesOf([{ ...row, t: nowMs }])).toEqual([]);
  });

  it.each([
    '',
    '.',
    '-',
    '1.',
    '.5',
    '01',
    '00',
    '+1',
    '1e3',
    '0x10',
    '1_000',
    '1,5',
    ' 1',
    '1 ',
    '1.2.3',
    '--1',
    'NaN',
    'Infinity',
    '١',
    '1n',
    '123456789012345678901',
    '0.00000000000000000000',
  ])('does not read %j as a decimal', (text) => {
    expect(codesOf([{ ...row, v: text }])).toEqual(['bars[0].v NOT_DECIMAL']);
  });

  it.each(['0', '0.0', '10', '100.25', '0.000000000000000001', '12345678901234567890'])(
    'reads %j as a decimal',
    (text) => {
      const result = validateBars([{ ...row, v: text }], limits);
      expect(result.ok && result.bars[0]?.volume).toBe(Number(text));
    },
  );

  it('gives a volume of minus zero no sign', () => {
    for (const v of [-0, '-0']) {
      const result = validateBars([{ ...row, v }], limits);
      expect(result.ok && Object.is(result.bars[0]?.volume, 0)).toBe(true);
    }
  });

  it('stops at the limit of faults', () => {
    expect(codesOf(Array.from({ length: 50 }, () => ({})))).toHaveLength(20);
  });

  it('answers anything with bars or with faults, never by throwing', () => {
    const wild = fc.oneof(
      fc.anything(),
      fc.array(fc.anything()),
      fc.array(
        fc.record(
          Object.fromEntries(
            ['t', 'o', 'h', 'l', 'c', 'v'].map((key) => [
              key,
              fc.oneof(fc.anything(), fc.double(), fc.nat()),
            ]),
          ),
          { requiredKeys: [] },
        ),
      ),
    );
    fc.assert(
      fc.property(wild, (rows) => {
        const result = validateBars(rows, limits);
        if (result.ok) expect(result.bars.every(isSound)).toBe(true);
        else expect(result.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

const isSound = ({ tMs, open, high, low, close, volume }: Bar): boolean =>
  Number.isInteger(tMs) &&
  [open, high, low, close, volume].every(Number.isFinite) &&
  low > 0 &&
  volume >= 0 &&
  low <= Math.min(open, close) &&
  high >= Math.max(open, close);
