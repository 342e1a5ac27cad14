import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sha256Hex } from '../../src/core/digest.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { demoBars } from '../../src/local/demo-series.ts';
import type { Recipe } from '../../src/optimize/recipe.ts';
import { type RecipeRequest, recipeOf } from '../../src/optimize/recipe-of.ts';

const bars = demoBars({ seed: 2, endMs: Date.UTC(2020, 0, 1), count: 300 });
const request: RecipeRequest = {
  data: 'demo',
  columns: {},
  interval: '1d',
  symbol: undefined,
  name: undefined,
  rung: undefined,
  direction: { kind: 'forward-return', horizonBars: 1 },
  risk: undefined,
  holdoutShare: 0.2,
  costPerSide: 0.001,
};
const dateOf = (tMs: number): string => new Date(tMs).toISOString().slice(0, 10);

async function fileOf(name: string, text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'recipe-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

async function recipeFrom(changed: Partial<RecipeRequest>): Promise<Recipe> {
  const recipe = await recipeOf({ ...request, ...changed });
  if (!recipe.ok) throw new Error(recipe.error);
  return recipe.value;
}

const whole = [
  'Day,First,Top,Bottom,Price,Traded',
  ...bars.map(({ tMs, open, high, low, close, volume }) =>
    [dateOf(tMs), open, high, low, close, volume].join(','),
  ),
].join('\n');
const columns = { date: 'Day', open: 'First', high: 'Top', low: 'Bottom', close: 'Price', volume: 'Traded' };

describe('recipeOf a file of one’s own', () => {
  it('is for a rung of the ladder where it is asked to be, which a demo cannot be', async () => {
    const data = await fileOf('fund.csv', whole);
    expect(await recipeFrom({ data, columns, rung: 'light' })).toMatchObject({
      name: 'fund-1d',
      rung: 'light',
    });
    expect((await recipeFrom({ data, columns })).rung).toBeUndefined();
    expect(await recipeOf({ ...request, rung: 'light' })).toMatchObject({
      ok: false,
      error: expect.stringContaining('gates are waived'),
    });
  });

  it('reads the columns it is told and names itself by the file', async () => {
    const recipe = await recipeFrom({ data: await fileOf('My Fund.csv', whole), columns });
    expect(recipe).toMatchObject({
      purpose: 'production',
      name: 'my-fund-1d',
      symbols: ['MY FUND'],
      calendar: '24x7',
      outcomes: { kind: 'market' },
      thresholds: { kind: 'chosen' },
      costPerSide: 0.001,
      source: { description: 'My Fund.csv', sha256: sha256Hex(whole) },
    });
    expect(recipe.featureSet).toBe(dailyV1);
    expect(recipe.source.bars).toEqual(bars);
    expect(recipe.caveats).toHaveLength(1);
  });

  it('takes the symbol and the name that are asked for', async () => {
    const data = await fileOf('fund.csv', whole);
    expect(await recipeFrom({ data, columns, symbol: 'FND' })).toMatchObject({
      name: 'fnd-1d',
      symbols: ['FND'],
    });
    expect(await recipeFrom({ data, columns, symbol: 'FND', name: 'mine' })).toMatchObject({ name: 'mine' });
  });

  it('makes a name that a bundle can have of any symbol, and refuses one that it cannot have', async () => {
    const data = await fileOf('^GSPC.csv', whole);
    expect(await recipeFrom({ data, columns })).toMatchObject({ name: 'gspc-1d', symbols: ['^GSPC'] });
    for (const name of ['My Model', '-x', '', '../up', 'x'.repeat(64)]) {
      expect(await recipeOf({ ...request, data, columns, name })).toEqual({
        ok: false,
        error: expect.stringContaining(`a bundle cannot be named "${name}"`),
      });
    }
  });

  it('leaves out what closes alone do not define, and says each as a caveat', async () => {
    const text = ['date,close', ...bars.map(({ tMs, close }) => `${dateOf(tMs)},${close}`)].join('\n');
    const { featureSet, caveats } = await recipeFrom({ data: await fileOf('closes.csv', text) });
    const kept = featureSet.indicators.map(({ name }) => name);
    expect(kept.length).toBeGreaterThan(10);
    const leftOut = dailyV1.indicators.map(({ name }) => name).filter((name) => !kept.includes(name));
    expect(leftOut.length).toBeGreaterThan(0);
    for (const name of leftOut) {
      expect(caveats).toContainEqual(expect.stringMatching(`^The feature ${name} is left out: `));
    }
  });

  it('fails in words where there is no such file', async () => {
    expect(await recipeOf({ ...request, data: 'no-such-thing' })).toEqual({
      ok: false,
      error: expect.stringMatching(/^no-such-thing is neither a file nor one of spx, brent, wti, demo: /),
    });
  });

  it('fails in words where the file cannot be read as bars, under its path', async () => {
    const data = await fileOf('bad.csv', 'a,b,c\n1,2,3\n');
    expect(await recipeOf({ ...request, data })).toEqual({
      ok: false,
      error: expect.stringContaining(`${data}:\n`),
    });
  });

  it('fails in words where the bars are less than the features look at', async () => {
    const data = await fileOf('short.csv', whole.split('\n').slice(0, 50).join('\n'));
    expect(await recipeOf({ ...request, data, columns })).toEqual({
      ok: false,
      error: '49 bars are less than the 64 that the features look at',
    });
  });
});

describe('recipeOf what comes with the project', () => {
  it('makes of demo a test bundle that is told how often to act, and says that it means nothing', async () => {
    const recipe = await recipeFrom({ data: 'demo' });
    expect(recipe).toMatchObject({
      name: 'active',
      purpose: 'test',
      symbols: ['DEMO'],
      calendar: '24x7',
      costPerSide: 0,
      outcomes: { kind: 'planted' },
      thresholds: { kind: 'shares', buy: 0.42, sell: 0.42 },
    });
    expect(recipe.caveats[0]).toContain('say nothing of any market');
    expect((await recipeFrom({ data: 'demo' })).source.sha256).toBe(recipe.source.sha256);
  });

  it('says of spx what its opens are', async () => {
    const recipe = await recipeFrom({ data: 'spx' });
    expect(recipe).toMatchObject({
      name: 'spx-1d',
      symbols: ['SPX'],
      purpose: 'production',
      calendar: 'XNYS',
    });
    expect(recipe.caveats).toContainEqual(expect.stringContaining('mid-2006'));
  });
});
