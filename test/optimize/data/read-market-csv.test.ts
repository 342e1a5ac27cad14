import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/core/civil-date.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { Finding } from '../../../src/optimize/data/data-report.ts';
import { parseColumnNames } from '../../../src/optimize/data/market-columns.ts';
import { type MarketData, readMarketCsv } from '../../../src/optimize/data/read-market-csv.ts';

const plain = { columns: {}, interval: '1d' } as const;
const START_MS = Date.UTC(2018, 0, 2);
const dateOf = (tMs: number): string => new Date(tMs).toISOString().slice(0, 10);

interface Row {
  readonly date: string;
  readonly open: number | string;
  readonly high: number | string;
  readonly low: number | string;
  readonly close: number | string;
  readonly volume: number | string;
}

/** Seven days a week; prices about 100 without a pattern. */
function goodRows(count: number): Row[] {
  const random = new SeededRandom(17);
  return Array.from({ length: count }, (_, i) => {
    const close = 100 + random.below(4_096) / 1_024;
    const open = 100 + random.below(4_096) / 1_024;
    const high = Math.max(open, close) + 1;
    const low = Math.min(open, close) - 1;
    return { date: dateOf(START_MS + i * DAY_MS), open, high, low, close, volume: 1_000 + i };
  });
}

const csvOf = (rows: readonly Row[]): string =>
  ['date,open,high,low,close,volume', ...rows.map((row) => Object.values(row).join(','))].join('\n');

const changed = (rows: readonly Row[], index: number, change: Partial<Row>): Row[] =>
  rows.map((row, i) => (i === index ? { ...row, ...change } : row));

function read(text: string, options: Parameters<typeof readMarketCsv>[1] = plain): MarketData {
  const data = readMarketCsv(text, options);
  if (!data.ok) throw new Error(data.error);
  return data.value;
}

const refusal = (text: string): string => {
  const data = readMarketCsv(text, plain);
  return data.ok ? 'not refused' : data.error;
};

const find = ({ report }: MarketData, code: Finding['code']): Finding | undefined =>
  report.findings.find((finding) => finding.code === code);

const rows = goodRows(60);

describe('readMarketCsv', () => {
  it('reads a clean file without a finding', () => {
    const data = read(csvOf(rows));
    expect(data.report).toEqual({ rowCount: 60, barCount: 60, findings: [] });
    expect(data.bars[3]).toEqual({
      tMs: START_MS + 3 * DAY_MS,
      open: rows[3]?.open,
      high: rows[3]?.high,
      low: rows[3]?.low,
      close: rows[3]?.close,
      volume: 1_003,
    });
  });

  it('finds the header below a preamble, with other names and another separator', () => {
    const columns = parseColumnNames('date=Tag,close=Kurs,volume=');
    const lines = rows.map(({ date, close, volume }) => `${date};${volume};${close}`);
    const text = ['Quelle: jemand', '', 'Tag;volume;Kurs', ...lines].join('\n');
    const data = read(text, { columns: columns.ok ? columns.value : {}, interval: '1d' });
    expect(data.bars.map(({ close }) => close)).toEqual(rows.map(({ close }) => close));
    expect(data.bars.every(({ volume, high, close }) => volume === 0 && high === close)).toBe(true);
    expect(find(data, 'CLOSE_ONLY')?.severity).toBe('note');
    expect(find(data, 'NO_VOLUME')?.severity).toBe('note');
  });

  it('turns a file that runs backwards round and says so', () => {
    const data = read(csvOf(rows.toReversed()));
    expect(data.bars).toEqual(read(csvOf(rows)).bars);
    expect(data.report.findings.map(({ code }) => code)).toEqual(['NEWEST_FIRST']);
  });

  it('skips rows without a price and counts them', () => {
    const empty = { open: '.', high: '.', low: '.', close: '.', volume: '' };
    const data = read(csvOf(changed(rows, 7, empty)));
    expect(find(data, 'NO_TRADING')).toMatchObject({ severity: 'note', rows: [9], count: 1 });
    expect(data.report).toMatchObject({ rowCount: 60, barCount: 59 });
  });

  it('drops an equal second row with a warning', () => {
    const data = read(csvOf(rows.toSpliced(5, 0, rows[5] as Row)));
    expect(find(data, 'DUPLICATE')).toMatchObject({ severity: 'warning', rows: [8], count: 1 });
    expect(data.bars).toEqual(read(csvOf(rows)).bars);
  });

  it.each(['open', 'high', 'low', 'close', 'volume'] as const)(
    'refuses a second row that differs in %s alone',
    (column) => {
      const row = { ...(rows[5] as Row), open: 100, high: 110, low: 90, close: 100, volume: 1_000 };
      const other = { ...row, [column]: Number(row[column]) + 1 };
      expect(refusal(csvOf(rows.toSpliced(5, 1, row, other)))).toMatch(
        /^error CONFLICTING_DUPLICATE: .*\(row 8\)$/,
      );
    },
  );

  it.each([
    ['NOT_POSITIVE', { low: 0 }, 'zero or below'],
    ['NOT_POSITIVE', { open: -37.63, high: -37, low: -38, close: -37.63 }, 'WTI'],
    ['HIGH_BELOW_LOW', { high: 50 }, 'high is below low'],
    ['BODY_OUTSIDE_RANGE', { open: 200 }, 'outside'],
    ['BODY_OUTSIDE_RANGE', { open: 1 }, 'outside'],
    ['BODY_OUTSIDE_RANGE', { close: 200 }, 'outside'],
    ['BODY_OUTSIDE_RANGE', { close: 1 }, 'outside'],
    ['NOT_A_NUMBER', { close: 'NaN' }, 'finite'],
    ['NOT_A_NUMBER', { close: '"1,000.5"' }, 'thousands separators'],
    ['NOT_A_NUMBER', { volume: '1e6' }, 'exponents'],
    ['MISSING_VALUE', { volume: '' }, 'empty'],
    ['MISSING_VALUE', { high: '.' }, 'empty'],
    ['NEGATIVE_VOLUME', { volume: -1 }, 'below zero'],
    ['NOT_A_DATE', { date: '2018-02-30' }, 'does not exist'],
    ['CELL_COUNT', { volume: '1,2' }, 'number of cells'],
    ['UNORDERED', { date: '2017-01-02' }, 'earlier than'],
    ['CONFLICTING_DUPLICATE', { date: rows[20]?.date ?? '' }, 'other numbers'],
  ] as const)('refuses %s of %o with the row', (code, change, detail) => {
    const refused = refusal(csvOf(changed(rows, 30, change)));
    expect(refused).toContain(`error ${code}: `);
    expect(refused).toContain(detail);
    expect(refused).toContain('(row 32)');
  });

  it('tells all errors at once, each with its rows', () => {
    const broken = changed(changed(changed(rows, 3, { low: -1 }), 9, { high: 1 }), 12, { low: -1 });
    expect(refusal(csvOf(broken)).split('\n')).toEqual([
      expect.stringMatching(/^error NOT_POSITIVE: .*\(rows 5, 14\)$/),
      expect.stringMatching(/^error HIGH_BELOW_LOW: .*\(row 11\)$/),
    ]);
  });

  it('lists twenty rows at most and counts all', () => {
    expect(refusal(csvOf(rows.map((row) => ({ ...row, low: 0 }))))).toMatch(/ 21, … 60 in all\)$/);
  });

  it('warns of missing bars at the row after the hole', () => {
    const data = read(csvOf(rows.toSpliced(10, 3)));
    expect(find(data, 'GAP')).toMatchObject({ severity: 'warning', rows: [12], count: 1 });
    expect(find(data, 'GAP')?.detail).toContain('3 bars of 24x7');
  });

  it('suspects a split where the close halves, and a small one only with the volume to it', () => {
    const halved = rows.map((row, i) => (i < 30 ? row : scaled(row, 0.5, 2)));
    expect(find(read(csvOf(halved)), 'SPLIT_SUSPECTED')).toMatchObject({
      severity: 'warning',
      count: 1,
      rows: [32],
    });
    const flat = rows.map((row) => ({ ...row, open: 90, high: 91, low: 89, close: 90, volume: 1_000 }));
    const small = (volumeFactor: number): string =>
      csvOf(flat.map((row, i) => (i < 30 ? row : scaled(row, 2 / 3, volumeFactor))));
    expect(find(read(small(1.5)), 'SPLIT_SUSPECTED')?.rows).toEqual([32]);
    expect(find(read(small(1)), 'SPLIT_SUSPECTED')).toBeUndefined();
  });

  it('warns of returns far out and of prices that stand still', () => {
    const spike = changed(rows, 40, { high: 150, close: 149 });
    expect(find(read(csvOf(spike)), 'OUTLIER_RETURN')?.rows).toEqual([42, 43]);
    const still = rows.map((row, i) => (i < 20 || i > 24 ? row : { ...row, ...prices(rows[20] as Row) }));
    expect(find(read(csvOf(still)), 'STALE_PRICES')).toMatchObject({ rows: [22], count: 1 });
    const four = rows.map((row, i) => (i < 20 || i > 23 ? row : { ...row, ...prices(rows[20] as Row) }));
    expect(find(read(csvOf(four)), 'STALE_PRICES')).toBeUndefined();
  });

  it('notes the stretch in which the open repeats the close before it', () => {
    const many = goodRows(400);
    const copied = many.map((row, i) => {
      const open = i === 0 || i >= 200 ? row.open : (many[i - 1] as Row).close;
      return { ...row, open, high: 110, low: 90 };
    });
    const found = find(read(csvOf(copied)), 'OPEN_IS_PREVIOUS_CLOSE');
    expect(found).toMatchObject({ severity: 'note', count: 2 });
    expect(found?.rows[0]).toBe(2);
    expect(Math.abs((found?.rows[1] ?? 0) - 201)).toBeLessThan(12);
  });

  it('takes closes alone that do not move for stale, not for copied opens', () => {
    const text = ['date,close', ...goodRows(200).map(({ date }) => `${date},7`)].join('\n');
    expect(read(text).report.findings.map(({ code }) => code)).toEqual([
      'CLOSE_ONLY',
      'NO_VOLUME',
      'STALE_PRICES',
    ]);
  });

  it('reads decimal commas in a file of semicolons, and says so', () => {
    const days = goodRows(40);
    const lines = days.map(({ date, close }) => `${date.split('-').toReversed().join('.')};${close},50`);
    const text = ['date;close', ...lines.map((line) => line.replace(/\.(\d+),50$/, ',$1'))].join('\r\n');
    const { bars, report } = read(text);
    expect(bars.map(({ close }) => close)).toEqual(
      days.map(({ close }) => (Number(close) % 1 === 0 ? Number(close) + 0.5 : Number(close))),
    );
    expect(report.findings.map(({ code }) => code)).toContain('DECIMAL_COMMA');
  });

  it('takes no comma for decimal where all of them may part thousands', () => {
    expect(refusal('date;close\n2020-01-02;1,234\n2020-01-03;1,235')).toContain('NOT_A_NUMBER');
  });

  it.each([
    ['', 'empty'],
    ['ACME plc, daily\nTag;Kurs;Umsatz\n2020-01-02;1;5', 'row 2 is: Tag | Kurs | Umsatz. Name the columns'],
    ['date,open,close\n2020-01-01,1,1', 'all or none'],
    ['2020-01-01,1\n2020-01-02,2', 'no header'],
    ['date,close\n1/2/2020,1\n1/3/2020,2', 'told apart'],
    ['date,close\n2020-01-02,1', 'no series'],
  ])('refuses %j: %s', (text, reason) => {
    expect(refusal(text)).toContain(reason);
  });
});

describe('parseColumnNames', () => {
  it('refuses what names no column', () => {
    for (const text of ['price=x', 'close', 'close=a,close=b', '']) {
      expect(parseColumnNames(text).ok, text).toBe(false);
    }
  });
});

const prices = ({ open, high, low, close }: Row): Partial<Row> => ({ open, high, low, close });

const scaled = (row: Row, factor: number, volumeFactor: number): Row => ({
  ...row,
  open: Number(row.open) * factor,
  high: Number(row.high) * factor,
  low: Number(row.low) * factor,
  close: Number(row.close) * factor,
  volume: Number(row.volume) * volumeFactor,
});
