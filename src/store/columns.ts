import type { Row } from '@libsql/client/web';

// Columns of a row that was read without the query builder. Each throws on a value of another type.

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`${column} is no text`);
  return value;
}

export function integerIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new TypeError(`${column} is no integer`);
  return value;
}

export const textOrNullIn = (row: Row, column: string): string | null =>
  row[column] === null ? null : textIn(row, column);

export const integerOrNullIn = (row: Row, column: string): number | null =>
  row[column] === null ? null : integerIn(row, column);
