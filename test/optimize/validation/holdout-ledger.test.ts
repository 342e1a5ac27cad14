import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  appendLook,
  appendVerdict,
  type HoldoutLedger,
  LOOKS_MAX,
  nextLook,
  parseLedger,
  spentAlpha,
} from '../../../src/optimize/validation/holdout-ledger.ts';
import { appendLedgerLine, readHoldoutLedger } from '../../../src/optimize/validation/holdout-ledger-file.ts';

const key = { series: 'SPX/1d', dataSha256: 'd1', fromMs: 1_000, toMs: 2_000 };
const AT = '2026-01-02T03:04:05Z';
const empty: HoldoutLedger = { entries: [], lastHash: '' };

/** The ledger after looks of these candidates, and its text. */
function ledgerOf(...candidates: readonly string[]): {
  readonly ledger: HoldoutLedger;
  readonly text: string;
} {
  let ledger = empty;
  let text = '';
  for (const candidate of candidates) {
    const look = nextLook(ledger, key, candidate, 0.05);
    const appended = appendLook(ledger, look, AT);
    if (!appended.ok) throw new Error(appended.error);
    if (appended.value === undefined) continue;
    const judged = appendVerdict(appended.value.ledger, look, { statistic: 0.01, isAccepted: false }, AT);
    if (!judged.ok || judged.value === undefined) throw new Error('not judged');
    text += `${appended.value.line}\n${judged.value.line}\n`;
    ledger = judged.value.ledger;
  }
  return { ledger, text };
}

describe('spentAlpha', () => {
  it('sums to the total over all looks and never exceeds it', () => {
    let sum = 0;
    for (let index = 1; index <= 100_000; index += 1) sum += spentAlpha(0.05, index);
    expect(sum).toBeCloseTo(0.05, 12);
    expect(spentAlpha(0.05, 1)).toBe(0.0025);
    expect(spentAlpha(0.05, LOOKS_MAX)).toBe(0.0025);
    expect(spentAlpha(0.05, LOOKS_MAX + 1)).toBe(0);
  });
});

describe('nextLook', () => {
  it('counts every new candidate', () => {
    const { ledger } = ledgerOf('a', 'b', 'c');
    const look = nextLook(ledger, key, 'd', 0.05);
    expect([look.index, look.alpha]).toEqual([4, spentAlpha(0.05, 4)]);
  });

  it('gives the same candidate its look again, so that a repeated run has the same verdict', () => {
    const { ledger } = ledgerOf('a', 'b');
    expect(nextLook(ledger, key, 'a', 0.05)).toMatchObject({ index: 1, candidate: 'a' });
    expect(ledgerOf('a', 'b', 'a')).toEqual(ledgerOf('a', 'b'));
  });

  it('counts looks at overlapping ranges of the data, not those at others', () => {
    const { ledger } = ledgerOf('a', 'b');
    const indexAt = (other: typeof key): number => nextLook(ledger, other, 'c', 0.05).index;
    expect(indexAt({ ...key, fromMs: 1_999, toMs: 9_000 })).toBe(3);
    expect(indexAt({ ...key, fromMs: 2_001, toMs: 9_000 })).toBe(1);
    expect(indexAt({ ...key, series: 'BRENT/1d' })).toBe(1);
    expect(indexAt({ ...key, dataSha256: 'the same series, a day longer' })).toBeGreaterThan(1);
    expect(nextLook(ledger, { ...key, fromMs: 1_500 }, 'a', 0.05).index).toBe(3);
  });
});

describe('appendLook', () => {
  it('refuses a look taken of an older ledger, whose index another one has since', () => {
    const late = nextLook(empty, key, 'late', 0.05);
    expect(appendLook(ledgerOf('a').ledger, late, AT)).toEqual({
      ok: false,
      error: 'look 1 is taken already',
    });
  });

  it('writes a look once', () => {
    const { ledger } = ledgerOf('a', 'b');
    const again = structuredClone(nextLook(ledger, key, 'a', 0.05));
    expect(appendLook(ledger, again, AT)).toEqual({ ok: true, value: undefined });
  });
});

describe('appendVerdict', () => {
  const look = nextLook(empty, key, 'a', 0.05);
  const first = appendLook(empty, look, AT);
  const opened = first.ok ? (first.value?.ledger ?? empty) : empty;
  const shown = { statistic: 0.01, isAccepted: true };

  it('writes a verdict once and refuses another one for the same look', () => {
    const judged = appendVerdict(opened, look, shown, AT);
    const ledger = judged.ok ? (judged.value?.ledger ?? empty) : empty;
    expect(appendVerdict(ledger, look, shown, 'later')).toEqual({ ok: true, value: undefined });
    expect(appendVerdict(ledger, look, { ...shown, statistic: 0.02 }, AT)).toEqual({
      ok: false,
      error: expect.stringContaining('another verdict'),
    });
  });

  it('refuses a verdict on a look that was not written down first', () => {
    expect(appendVerdict(empty, look, shown, AT).ok).toBe(false);
  });
});

describe('parseLedger', () => {
  const { ledger, text } = ledgerOf('a', 'b', 'c');
  const lines = text.trimEnd().split('\n');

  it('reads back what was appended, whatever the times', () => {
    expect(parseLedger(text)).toEqual({ ok: true, value: ledger });
    expect(parseLedger(text.replaceAll(AT, 'some other day'))).toEqual({ ok: true, value: ledger });
    expect(parseLedger('')).toEqual({ ok: true, value: empty });
  });

  it.each([
    ['a changed number', text.replace('"alpha":0.0', '"alpha":0.1'), 'line 1'],
    ['a line taken out', [...lines.slice(0, 2), ...lines.slice(4), ''].join('\n'), 'line 3'],
    ['a look put in twice', [...lines.slice(0, 2), lines[0], ...lines.slice(2), ''].join('\n'), 'line 3'],
    ['another order', [...lines.slice(2, 4), ...lines.slice(0, 2), ''].join('\n'), 'line 1'],
    ['a torn last line', text.slice(0, -9), 'not written to its end'],
    ['no JSON', `${text}x\n`, 'line 7 of the ledger is not JSON'],
    ['JSON of something else', `${text}{"a":1}\n`, 'line 7 of the ledger is no look'],
    ['blank lines', `${text}\n`, 'line 7'],
  ])('refuses %s', (_, damaged, reason) => {
    expect(damaged).not.toBe(text);
    expect(parseLedger(damaged)).toEqual({ ok: false, error: expect.stringContaining(reason) });
  });
});

describe('the ledger file', () => {
  it('starts empty, grows by lines, and is refused once damaged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'looks.jsonl');
    expect(await readHoldoutLedger(path)).toEqual({ ok: true, value: empty });
    const { ledger, text } = ledgerOf('a', 'b');
    for (const line of text.trimEnd().split('\n')) expect((await appendLedgerLine(path, line)).ok).toBe(true);
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readHoldoutLedger(path)).toEqual({ ok: true, value: ledger });
    await appendFile(path, 'x');
    expect(await readHoldoutLedger(path)).toEqual({ ok: false, error: expect.stringContaining(path) });
    await writeFile(path, text.slice(text.indexOf('\n') + 1));
    expect((await readHoldoutLedger(path)).ok).toBe(false);
    expect((await readHoldoutLedger(folder)).ok).toBe(false);
  });
});
