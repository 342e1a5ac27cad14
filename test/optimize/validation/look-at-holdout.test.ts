import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LOOKS_MAX, type Look, spentAlpha } from '../../../src/optimize/validation/holdout-ledger.ts';
import { ALPHA_TOTAL, noteLook, noteVerdict } from '../../../src/optimize/validation/look-at-holdout.ts';

const AT = '2026-01-02T03:04:05Z';
const key = { series: 'SPX/1d', dataSha256: 'd1', fromMs: 1_000, toMs: 2_000 };
const shown = { statistic: 0.01, isAccepted: false };

async function ledgerPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ledger-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, 'bundles', 'ledger.jsonl');
}

async function looked(path: string, candidate: string): Promise<Look> {
  const look = await noteLook(path, key, candidate, AT);
  if (!look.ok) throw new Error(look.error);
  return look.value;
}

const linesIn = async (path: string): Promise<number> =>
  (await readFile(path, 'utf8')).split('\n').length - 1;

describe('noteLook', () => {
  it('writes each candidate down before anybody looks, with its share to spend', async () => {
    const path = await ledgerPath();
    for (const index of [1, 2, 3]) {
      const look = await looked(path, `candidate ${index}`);
      expect([look.index, look.alpha]).toEqual([index, spentAlpha(ALPHA_TOTAL, index)]);
      expect(await linesIn(path)).toBe(index);
    }
  });

  it('gives the same candidate the look it had, and writes nothing', async () => {
    const path = await ledgerPath();
    const first = await looked(path, 'a');
    await looked(path, 'b');
    expect(await looked(path, 'a')).toEqual(first);
    expect(await linesIn(path)).toBe(2);
  });

  it('refuses one look more than a holdout is good for, and writes nothing', async () => {
    const path = await ledgerPath();
    for (let index = 1; index <= LOOKS_MAX; index += 1) await looked(path, `candidate ${index}`);
    expect(await noteLook(path, key, 'one too many', AT)).toEqual({
      ok: false,
      error: expect.stringContaining('the holdout of SPX/1d is spent'),
    });
    expect(await linesIn(path)).toBe(LOOKS_MAX);
    expect((await looked(path, 'candidate 7')).index).toBe(7);
  });
});

describe('noteVerdict', () => {
  it('answers every look at this holdout, those that nobody finished too', async () => {
    const path = await ledgerPath();
    await looked(path, 'cut short');
    await noteLook(path, { ...key, series: 'BRENT/1d' }, 'elsewhere', AT);
    const look = await looked(path, 'b');
    const looks = await noteVerdict(path, look, { statistic: 0.02, isAccepted: true }, AT);
    if (!looks.ok) throw new Error(looks.error);
    expect(
      looks.value.map(({ candidate, index, statistic, isAccepted }) => [
        candidate,
        index,
        statistic,
        isAccepted,
      ]),
    ).toEqual([
      ['cut short', 1, null, false],
      ['b', 2, 0.02, true],
    ]);
  });

  it('takes the same verdict again without a line, and refuses another', async () => {
    const path = await ledgerPath();
    const look = await looked(path, 'a');
    const first = await noteVerdict(path, look, shown, AT);
    expect(await noteVerdict(path, look, shown, AT)).toEqual(first);
    expect(await linesIn(path)).toBe(2);
    expect(await noteVerdict(path, look, { ...shown, statistic: 0.02 }, AT)).toEqual({
      ok: false,
      error: 'look 1 of candidate a has another verdict in the ledger',
    });
    expect(await linesIn(path)).toBe(2);
  });

  it('refuses the verdict of a look that was not noted', async () => {
    const path = await ledgerPath();
    const look = await looked(path, 'a');
    expect(await noteVerdict(path, { ...look, candidate: 'b' }, shown, AT)).toEqual({
      ok: false,
      error: 'the look is not in the ledger',
    });
  });
});

describe('a ledger that was changed', () => {
  it('is refused by both, and left as it is', async () => {
    const path = await ledgerPath();
    const look = await looked(path, 'a');
    await looked(path, 'b');
    const damaged = (await readFile(path, 'utf8')).replace('"index":1', '"index":7');
    await writeFile(path, damaged);
    const refusal = { ok: false, error: expect.stringContaining('line 1 of the ledger') };
    expect(await noteLook(path, key, 'c', AT)).toEqual(refusal);
    expect(await noteVerdict(path, look, shown, AT)).toEqual(refusal);
    expect(await readFile(path, 'utf8')).toBe(damaged);
  });
});
