import { describe, expect, it } from 'vitest';
import { parseDates } from '../../../src/optimize/data/parse-dates.ts';

describe('parseDates', () => {
  it.each([
    [
      'RFC3339',
      ['2020-02-29', '2020-03-01T05:00:00-05:00'],
      ['2020-02-29T00:00:00Z', '2020-03-01T10:00:00Z'],
    ],
    ['M/D/YYYY', ['1/2/1986', '01/13/1986'], ['1986-01-02T00:00:00Z', '1986-01-13T00:00:00Z']],
    ['D/M/YYYY', ['1/2/1986', '13/2/1986'], ['1986-02-01T00:00:00Z', '1986-02-13T00:00:00Z']],
    ['D/M/YYYY', ['1.2.1986', '13.02.1986'], ['1986-02-01T00:00:00Z', '1986-02-13T00:00:00Z']],
    ['YYYYMMDD', ['19860201', '19860213'], ['1986-02-01T00:00:00Z', '1986-02-13T00:00:00Z']],
  ])('reads %s of %j', (form, texts, instants) => {
    const read = parseDates(texts);
    expect(read).toEqual({
      ok: true,
      value: { form, tMs: Float64Array.from(instants, (text) => Date.parse(text)) },
    });
  });

  it('refuses slashed dates that could be either', () => {
    expect(parseDates(['1/2/1986', '3/4/1986'])).toEqual({
      ok: false,
      error: expect.stringContaining('told apart'),
    });
  });

  it('refuses a file that has both', () => {
    expect(parseDates(['13/2/1986', '2/13/1986'])).toEqual({
      ok: false,
      error: expect.stringContaining('others'),
    });
  });

  it('has no value where a date does not exist or has another form', () => {
    const read = parseDates(['2/28/2019', '2/29/2019', '2019-03-01', '3/2/2019']);
    expect(read.ok && Array.from(read.value.tMs, Number.isNaN)).toEqual([false, true, true, false]);
    const dashed = parseDates(['2019-02-28', '2019-02-29', '']);
    expect(dashed.ok && Array.from(dashed.value.tMs, Number.isNaN)).toEqual([false, true, true]);
  });
});
