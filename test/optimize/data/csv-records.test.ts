import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRecords } from '../../../src/optimize/data/csv-records.ts';

const cellsOf = (text: string, separator = ','): readonly (readonly string[])[] => {
  const records = csvRecords(text, separator);
  if (!records.ok) throw new Error(records.error);
  return records.value.map(({ cells }) => cells);
};

describe('csvRecords', () => {
  it('reads back whatever was written with quotes', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
        const text = rows
          .map((cells) => cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');
        expect(cellsOf(text)).toEqual(rows);
      }),
    );
  });

  it('takes LF and CRLF, a byte order mark, blanks around cells, blank lines and no last line end', () => {
    expect(cellsOf('\uFEFFa, b\r\n\r\n1 ,2\n3,')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', ''],
    ]);
    expect(cellsOf('1,5;2', ';')).toEqual([['1,5', '2']]);
    expect(cellsOf('')).toEqual([]);
  });

  it('says at which line of the file a record begins', () => {
    const records = csvRecords('a,b\n\n"x\ny",1\nz,2\n', ',');
    expect(records.ok && records.value.map(({ row }) => row)).toEqual([1, 3, 5]);
  });

  it.each([
    ['a,b\n1,"x', 'row 2: a quote is never closed'],
    ['a,b\n1,"x"y', 'row 2: text follows a closing quote'],
    ['a,b\n1,x"y', 'row 2: a quote stands inside a cell'],
  ])('refuses %j', (text, reason) => {
    expect(csvRecords(text, ',')).toEqual({ ok: false, error: expect.stringContaining(reason) });
  });
});
