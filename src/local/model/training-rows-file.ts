import { readFileSync } from 'node:fs';
import { sha256Hex } from '../../core/digest.ts';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type CsvRecord, csvRecords } from '../../optimize/data/csv-records.ts';

/** Rows that a model was trained on, as their file has them. */
export interface TrainingRowsFile {
  readonly sha256: string;
  /** f32[count × features], row-major, in the order of the names asked for; finite. */
  readonly values: Float32Array;
  readonly count: number;
  /** A column of 0 and 1 for each label asked for. */
  readonly labels: readonly Uint8Array[];
  /** The first row's date and the last one's; `unknown` without a column of that name. */
  readonly from: string;
  readonly to: string;
}

/** Reads the named columns of a CSV file. The error says which is missing, or the place of what is no number. */
export function readTrainingRows(
  path: string,
  features: readonly string[],
  labels: readonly string[],
): Result<TrainingRowsFile, string> {
  try {
    const bytes = readFileSync(path);
    const read = csvRecords(bytes.toString('utf8'), ',');
    const rows = read.ok ? rowsOf(read.value, features, labels) : read;
    return rows.ok ? ok({ sha256: sha256Hex(bytes), ...rows.value }) : err(`${path}: ${rows.error}`);
  } catch (failure) {
    return err(`${path}: ${messageOf(failure)}`);
  }
}

function rowsOf(
  [header, ...records]: readonly CsvRecord[],
  features: readonly string[],
  labels: readonly string[],
): Result<Omit<TrainingRowsFile, 'sha256'>, string> {
  const names = header?.cells ?? [];
  const missing = [...features, ...labels].filter((name) => !names.includes(name));
  if (missing.length > 0) return err(`it has no column ${missing.join(', ')}`);
  if (records.length === 0) return err('it holds no rows');
  const uneven = records.find(({ cells }) => cells.length !== names.length);
  if (uneven) return err(`row ${uneven.row} has ${uneven.cells.length} cells and not ${names.length}`);
  const featuresAt = features.map((name) => names.indexOf(name));
  const labelsAt = labels.map((name) => names.indexOf(name));
  const fault = records
    .map((record) => faultOf(record, featuresAt, labelsAt))
    .find((found) => found !== undefined);
  if (fault !== undefined) return err(fault);
  const dateAt = names.indexOf('date');
  const dateOf = (record: CsvRecord | undefined): string => record?.cells[dateAt] ?? 'unknown';
  return ok({
    values: Float32Array.from(records.flatMap(({ cells }) => featuresAt.map((at) => Number(cells[at])))),
    count: records.length,
    labels: labelsAt.map((at) => Uint8Array.from(records, ({ cells }) => Number(cells[at]))),
    from: dateOf(records.at(0)),
    to: dateOf(records.at(-1)),
  });
}

function faultOf(
  { row, cells }: CsvRecord,
  featuresAt: readonly number[],
  labelsAt: readonly number[],
): string | undefined {
  const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Math.fround(Number(cell)));
  const strange = featuresAt.map((at) => cells[at] ?? '').find((cell) => !isNumber(cell));
  if (strange !== undefined) return `row ${row}: '${strange}' is no finite number`;
  const unlabelled = labelsAt.map((at) => cells[at] ?? '').find((cell) => cell !== '0' && cell !== '1');
  return unlabelled === undefined ? undefined : `row ${row}: the label '${unlabelled}' is neither 0 nor 1`;
}
