import { err, ok, type Result } from '../../core/result.ts';
import { type Bar, validateBars } from '../../features/bar.ts';

/** Names of the columns in the file's header. */
interface BarColumns {
  /** An RFC 3339 time or date. */
  readonly time: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** Daily bars of a plain CSV file (no quoting), oldest first, through the same validator as a request's. */
export function readBarsCsv(text: string, columns: BarColumns): Result<readonly Bar[], string> {
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const names = header.split(',');
  const places = Object.values(columns).map((name: string) => names.indexOf(name));
  if (places.includes(-1))
    return err(`the header lacks a column: needs ${Object.values(columns).join(', ')}`);
  const place = (name: string): number => names.indexOf(name);
  const rows = lines.map((line) => {
    const cells = line.split(',');
    return {
      t: cells[place(columns.time)],
      o: cells[place(columns.open)],
      h: cells[place(columns.high)],
      l: cells[place(columns.low)],
      c: cells[place(columns.close)],
      v: cells[place(columns.volume)],
    };
  });
  const validated = validateBars(rows, { nowMs: Number.MAX_SAFE_INTEGER, barsMax: rows.length });
  if (validated.ok) return ok(validated.bars);
  return err(validated.faults.map(({ path, message }) => `${path} ${message}`).join('; '));
}
