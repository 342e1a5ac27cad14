import { readFileSync } from 'node:fs';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { SeededRandom } from '../../core/seeded-random.ts';
import { csvRecords } from '../../optimize/data/csv-records.ts';

const RANDOM_ROWS = 1_000;

/** Rows of a CSV file, f32[rows × width], row-major. A first line that holds no number is a header. */
export function readRows(path: string, width: number): Result<Float32Array, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (failure) {
    return err(`${path}: ${messageOf(failure)}`);
  }
  const read = csvRecords(text, ',');
  if (!read.ok) return err(`${path}: ${read.error}`);
  const [first, ...rest] = read.value;
  const records = first?.cells.every((cell) => numberOf(cell) === undefined) ? rest : read.value;
  const values: number[] = [];
  for (const { row, cells } of records) {
    if (cells.length !== width) return err(`${path} row ${row}: ${cells.length} cells and not ${width}`);
    for (const cell of cells) {
      const value = numberOf(cell);
      if (value === undefined) return err(`${path} row ${row}: '${cell}' is no number`);
      values.push(value);
    }
  }
  return values.length === 0 ? err(`${path}: it holds no rows`) : ok(Float32Array.from(values));
}

function numberOf(cell: string): number | undefined {
  if (/^(nan|)$/i.test(cell)) return Number.NaN;
  const value = Number(cell);
  return Number.isNaN(value) ? undefined : value;
}

/** A thousand rows of standard normals, the same for a seed. */
export function randomRows(width: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: RANDOM_ROWS * width }, () => random.normal());
}
