import type { CsvRecord } from './csv-records.ts';
import type { ColumnPlaces } from './market-columns.ts';

/**
 * The records with points for the commas of their prices and volumes, where the commas are plainly decimal: no price
 * has a point, and some comma is followed by other than three digits, so it parts no thousands. Undefined where
 * they are not; the cells then stay what they are, and are judged so.
 */
export function withDecimalPoints(
  records: readonly CsvRecord[],
  { close, range, volume }: ColumnPlaces,
): readonly CsvRecord[] | undefined {
  const prices = [close, ...(range === undefined ? [] : [range.open, range.high, range.low])];
  const texts = records.flatMap(({ cells }) => prices.map((place) => cells[place] ?? ''));
  const isDecimal = !texts.some((text) => text.includes('.') && text !== '.') && texts.some(isPlainlyDecimal);
  if (!isDecimal) return undefined;
  const numbers = new Set([...prices, ...(volume === undefined ? [] : [volume])]);
  return records.map(({ row, cells }) => ({
    row,
    cells: cells.map((cell, place) => (numbers.has(place) ? cell.replace(COMMA, '$1.$2') : cell)),
  }));
}

const COMMA = /^(-?\d+),(\d+)$/;
const isPlainlyDecimal = (text: string): boolean => (COMMA.exec(text)?.[2]?.length ?? 3) !== 3;
