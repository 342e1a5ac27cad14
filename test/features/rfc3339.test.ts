import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRfc3339 } from '../../src/features/rfc3339.ts';

const firstMs = Date.parse('0000-01-01T00:00:00Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

describe('an RFC 3339 time', () => {
  it.each([
    ['1985-04-12T23:20:50.52Z', 482196050520],
    ['1996-12-19T16:39:57-08:00', 851042397000],
    ['1990-12-31T23:59:59Z', 662687999000],
    ['1937-01-01T12:00:27.87+00:20', -1041337172130],
    ['2020-03-16', 1584316800000],
    ['2020-03-16T00:00:00Z', 1584316800000],
    ['2020-03-16T04:00:00+04:00', 1584316800000],
    ['2020-03-16T00:00:00-00:00', 1584316800000],
    ['2020-02-29', 1582934400000],
    ['2000-02-29', 951782400000],
    ['1969-12-31T23:59:59.999Z', -1],
    ['0000-01-01', firstMs],
    ['2020-03-16T00:00:00.123456789Z', 1584316800123],
    ['2020-03-16T00:00:00.000999999Z', 1584316800000],
  ])('%s is %d ms', (text, tMs) => {
    expect(parseRfc3339(text)).toBe(tMs);
  });

  it.each([
    '',
    ' 2020-03-16',
    '2020-03-16 ',
    '2020-3-16',
    '20-03-16',
    '+002020-03-16',
    '2020-00-16',
    '2020-13-16',
    '2020-03-00',
    '2020-02-30',
    '2019-02-29',
    '1900-02-29',
    '2020-04-31',
    '2020/03/16',
    '2020-03-16Z',
    '2020-03-16T',
    '2020-03-16T00:00Z',
    '2020-03-16T00:00:00',
    '2020-03-16 00:00:00Z',
    '2020-03-16t00:00:00Z',
    '2020-03-16T00:00:00z',
    '2020-03-16T24:00:00Z',
    '2020-03-16T23:60:00Z',
    '1990-12-31T23:59:60Z',
    '2020-03-16T00:00:00.Z',
    '2020-03-16T00:00:00.0000000001Z',
    '2020-03-16T00:00:00,5Z',
    '2020-03-16T00:00:00+0400',
    '2020-03-16T00:00:00+04',
    '2020-03-16T00:00:00+24:00',
    '2020-03-16T00:00:00+04:60',
    '2020-03-16T00:00:00Z0',
    '2020-03-16T00:00:00+04:000',
    '٢٠٢٠-03-16',
    'Mon, 16 Mar 2020 00:00:00 GMT',
    '1584316800000',
  ])('is not %j', (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });

  it('reads back every instant that the platform writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: firstMs, max: lastMs }), (tMs) => {
        const iso = new Date(tMs).toISOString();
        expect(parseRfc3339(iso)).toBe(tMs);
        expect(parseRfc3339(iso.slice(0, 10))).toBe(Math.floor(tMs / 86_400_000) * 86_400_000);
      }),
    );
  });

  it('never answers anything but an integer or nothing', () => {
    const near = fc.stringMatching(/^\d{4}-\d\d-\d\dT?\d?\d?[:.]?\d*[Z+-]?[\d:]*$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        const tMs = parseRfc3339(text);
        expect(tMs === undefined || Number.isInteger(tMs)).toBe(true);
      }),
    );
  });
});
