import { err, ok, type Result } from '../../core/result.ts';
import { type Bar, validateBars } from '../../features/bar.ts';
import type { Interval } from '../../market/calendar.ts';
import { type CsvRecord, csvRecords } from './csv-records.ts';
import { type DataReport, type Finding, findingLine, findingOf } from './data-report.ts';
import { withDecimalPoints } from './decimal-commas.ts';
import { type CalendarFit, fitCalendar } from './fit-calendar.ts';
import { inspectRows } from './inspect-rows.ts';
import { type ColumnNames, type ColumnPlaces, findColumns } from './market-columns.ts';
import { type MarketRow, readMarketRows } from './market-rows.ts';
import { orderRows } from './order-rows.ts';
import { parseDates } from './parse-dates.ts';

interface MarketCsvOptions {
  /** {} where the header has the usual names. */
  readonly columns: ColumnNames;
  readonly interval: Interval;
}

export interface MarketData {
  /** Oldest first, valid as a request's bars are, one of each time. */
  readonly bars: readonly Bar[];
  readonly calendarFit: CalendarFit;
  readonly report: DataReport;
}

/**
 * Bars of any CSV file with a date and a close: comma, semicolon or tab; decimal points or commas; a preamble before the header; newest or
 * oldest first. Without open, high and low they are the close, without volume it is 0, and the report says so.
 *
 * Guarantees: nothing is repaired in silence. A row is used as it stands, dropped with a note or a warning, or the
 * file is refused with every error at once, each with its rows. The bars have passed `validateBars`.
 */
export function readMarketCsv(text: string, options: MarketCsvOptions): Result<MarketData, string> {
  const table = findTable(text, options.columns);
  if (!table.ok) return table;
  const { headerRow, places } = table.value;
  const pointed = withDecimalPoints(table.value.records, places);
  const records = pointed ?? table.value.records;
  const dates = parseDates(records.map(({ cells }) => cells[places.date] ?? ''));
  if (!dates.ok) return dates;
  const read = readMarketRows(records, dates.value.tMs, places);
  const ordered = orderRows(read.rows, options.interval);
  const judged = [...read.findings, ...ordered.findings];
  const errors = judged.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return err(errors.map(findingLine).join('\n'));
  if (ordered.rows.length < ROWS_MIN) return err(`${ordered.rows.length} rows with a price are no series`);
  const bars = barsOf(ordered.rows);
  if (!bars.ok) return bars;
  const calendarFit = fitCalendar(
    ordered.rows.map(({ tMs }) => tMs),
    options.interval,
  );
  const findings = [
    ...judged,
    ...shapeFindings(ordered.rows, places, headerRow, pointed !== undefined),
    ...inspectRows(ordered.rows, calendarFit),
  ];
  const report = { rowCount: records.length, barCount: bars.value.length, findings };
  return ok({ bars: bars.value, calendarFit, report });
}

const ROWS_MIN = 2;
const SEPARATORS = [',', ';', '\t'];

interface Table {
  /** Line of the file, from 1. */
  readonly headerRow: number;
  /** Below the header. */
  readonly records: readonly CsvRecord[];
  readonly places: ColumnPlaces;
}

/** Under the first separator that shows a header; the failure told is that of the one that makes the most cells. */
function findTable(text: string, names: ColumnNames): Result<Table, string> {
  const tried = SEPARATORS.toSorted((a, b) => text.split(b).length - text.split(a).length);
  const tables = tried.map((separator): Result<Table, string> => {
    const records = csvRecords(text, separator);
    if (!records.ok) return records;
    const places = findColumns(records.value, names);
    if (!places.ok) return places;
    const { headerIndex } = places.value;
    return ok({
      headerRow: (records.value[headerIndex] as CsvRecord).row,
      records: records.value.slice(headerIndex + 1),
      places: places.value,
    });
  });
  return tables.find(({ ok }) => ok) ?? (tables[0] as Result<Table, string>);
}

/** Through the one door for bars, which has the last word. */
function barsOf(rows: readonly MarketRow[]): Result<readonly Bar[], string> {
  const wire = rows.map(({ tMs, open, high, low, close, volume }) => {
    return { t: tMs, o: open, h: high, l: low, c: close, v: volume };
  });
  const validated = validateBars(wire, { nowMs: Number.MAX_SAFE_INTEGER, barsMax: wire.length });
  if (validated.ok) return ok(validated.bars);
  return err(validated.faults.map(({ path, message }) => `${path} ${message}`).join('\n'));
}

function shapeFindings(
  rows: readonly MarketRow[],
  places: ColumnPlaces,
  headerRow: number,
  hasDecimalCommas: boolean,
): readonly Finding[] {
  const at = [headerRow];
  const hasVolume = places.volume !== undefined && rows.some(({ volume }) => volume > 0);
  const findings = [
    findingOf(
      'CLOSE_ONLY',
      places.range === undefined ? at : [],
      'no open, high and low: they are the close',
    ),
    findingOf('DECIMAL_COMMA', hasDecimalCommas ? at : [], 'decimal commas: read as points'),
    findingOf('NO_VOLUME', hasVolume ? [] : at, 'no volume: it is 0'),
  ];
  return findings.filter((finding) => finding !== undefined);
}
