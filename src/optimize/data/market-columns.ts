import { err, ok, type Result } from '../../core/result.ts';
import type { CsvRecord } from './csv-records.ts';

const COLUMNS = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;
export type MarketColumn = (typeof COLUMNS)[number];

/**
 * Names in the file's header that the caller gives, case as in the file. '' says that the file's column is not to
 * be used; a column that is not named is looked for under its usual names.
 */
export type ColumnNames = Readonly<Partial<Record<MarketColumn, string>>>;

/** Where the columns stand. Date and close always do; the others all or none, volume for itself. */
export interface ColumnPlaces {
  /** Index of the header among the records; what stands before it is a preamble. */
  readonly headerIndex: number;
  readonly date: number;
  readonly close: number;
  readonly range: { readonly open: number; readonly high: number; readonly low: number } | undefined;
  readonly volume: number | undefined;
}

/** Reads `date=Day,close=Price`. Fails on an unknown or repeated column. */
export function parseColumnNames(text: string): Result<ColumnNames, string> {
  const names: Partial<Record<MarketColumn, string>> = {};
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    const column = COLUMNS.find((candidate) => candidate === part.slice(0, Math.max(equals, 0)).trim());
    if (column === undefined) return err(`"${part}" is not one of ${COLUMNS.join('=…, ')}=…`);
    if (names[column] !== undefined) return err(`${column} is given twice`);
    names[column] = part.slice(equals + 1).trim();
  }
  return ok(names);
}

/**
 * Finds the header: the first of the leading records that has every column named and, under usual names, a date
 * and a close. In a file of two columns the second is the close, whatever its name. Fails when there is none, or
 * when open, high and low are there in part.
 */
export function findColumns(records: readonly CsvRecord[], names: ColumnNames): Result<ColumnPlaces, string> {
  const searched = records.slice(0, HEADER_SEARCH_MAX);
  for (const [headerIndex, { cells, row }] of searched.entries()) {
    const places = placesIn(cells, names);
    if (places.date === undefined || places.close === undefined) continue;
    if (cells.some((cell) => DATA_CELL.test(cell))) break;
    const { date, open, high, low, close, volume } = places;
    const missing = COLUMNS.filter((column) => names[column] && places[column] === undefined);
    if (missing.length > 0) continue;
    const used = [date, open, high, low, close, volume].filter((place) => place !== undefined);
    if (new Set(used).size < used.length) return err(`row ${row}: one column would be read as two`);
    const range =
      open === undefined || high === undefined || low === undefined ? undefined : { open, high, low };
    if (range === undefined && (open ?? high ?? low) !== undefined) {
      return err(`row ${row}: the header has some of open, high and low; all or none are needed`);
    }
    return ok({ headerIndex, date, close, range, volume });
  }
  const wanted = Object.entries(names).map(([column, name]) => `${column}=${name}`);
  const widest = searched.reduce<CsvRecord | undefined>(
    (most, record) => (record.cells.length > (most?.cells.length ?? 0) ? record : most),
    undefined,
  );
  if (widest === undefined) return err('the file is empty');
  return err(
    `no header with a date and a close${wanted.length > 0 ? ` (${wanted.join(', ')})` : ''} in the first ` +
      `${searched.length} rows; row ${widest.row} is: ${widest.cells.join(' | ')}. ` +
      'Name the columns as the header has them: --columns date=…,close=…',
  );
}

const HEADER_SEARCH_MAX = 50;
/** What stands in a row of data and in no header: a number or a date. */
const DATA_CELL = /^-?\d+([./-]\d+)*$/;

const USUAL_NAMES: Readonly<Record<MarketColumn, readonly string[]>> = {
  date: ['date', 'time', 'timestamp', 'datetime', 'day', 'observation_date'],
  open: ['open'],
  high: ['high'],
  low: ['low'],
  close: ['close'],
  volume: ['volume', 'vol'],
};

type Places = Readonly<Record<MarketColumn, number | undefined>>;

function placesIn(cells: readonly string[], names: ColumnNames): Places {
  const place = (column: MarketColumn): number | undefined => {
    const name = names[column];
    if (name === '') return undefined;
    const index =
      name === undefined
        ? cells.findIndex((cell) => USUAL_NAMES[column].includes(cell.toLowerCase()))
        : cells.indexOf(name);
    return index < 0 ? undefined : index;
  };
  const date = place('date');
  const onlyOther =
    date !== undefined && cells.length === 2 && names.close === undefined ? 1 - date : undefined;
  return {
    date,
    open: place('open'),
    high: place('high'),
    low: place('low'),
    close: place('close') ?? onlyOther,
    volume: place('volume'),
  };
}
