import { err, ok, type Result } from '../../core/result.ts';

/** One record of a file. */
export interface CsvRecord {
  /** Line of the file at which the record begins, from 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

/**
 * Records of a text after RFC 4180: a cell in double quotes may hold the separator, line ends and doubled quotes.
 * Lines end in LF or CRLF. Blank lines are no records; unquoted cells lose the blanks around them. A byte order
 * mark is dropped. Fails, with the line, where a quote opens inside a cell, is followed by more text, or never
 * closes: from there on every cell would be a guess.
 */
export function csvRecords(text: string, separator: string): Result<readonly CsvRecord[], string> {
  const records: CsvRecord[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let row = 1;
  while (at < text.length) {
    const cells: string[] = [];
    const startRow = row;
    for (;;) {
      const cell = text[at] === '"' ? quotedCell(text, at, separator) : plainCell(text, at, separator);
      if (!cell.ok) return err(`row ${row}: ${cell.error}`);
      cells.push(cell.value.text);
      row += cell.value.lineEnds;
      at = cell.value.end;
      if (text[at] !== separator) break;
      at += 1;
    }
    if (cells.length > 1 || cells[0] !== '') records.push({ row: startRow, cells });
    at += text[at] === '\r' ? 2 : 1;
    row += 1;
  }
  return ok(records);
}

interface Cell {
  readonly text: string;
  /** Place of the separator or line end after it, or the text's length. */
  readonly end: number;
  /** Inside the cell. */
  readonly lineEnds: number;
}

function quotedCell(text: string, start: number, separator: string): Result<Cell, string> {
  let close = text.indexOf('"', start + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close < 0) return err('a quote is never closed');
  const end = close + 1;
  if (end < text.length && text[end] !== separator && !isLineEnd(text, end)) {
    return err('text follows a closing quote');
  }
  const content = text.slice(start + 1, close).replaceAll('""', '"');
  return ok({ text: content, end, lineEnds: content.split('\n').length - 1 });
}

function plainCell(text: string, start: number, separator: string): Result<Cell, string> {
  let end = start;
  while (end < text.length && text[end] !== separator && !isLineEnd(text, end)) {
    if (text[end] === '"') return err('a quote stands inside a cell that does not begin with one');
    end += 1;
  }
  return ok({ text: text.slice(start, end).trim(), end, lineEnds: 0 });
}

const isLineEnd = (text: string, at: number): boolean =>
  text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n');
