import { describe, expect, it } from 'vitest';
import { type RunOptions, readRunOptions, USAGE } from '../../src/optimize/run-options.ts';

function optionsOf(...args: string[]): RunOptions {
  const options = readRunOptions(args, 4);
  if (!options.ok) throw new Error(options.error);
  if (options.value === 'help') throw new Error('help');
  return options.value;
}

describe('readRunOptions', () => {
  it('has a whole run of the S&P 500 by default', () => {
    expect(optionsOf()).toMatchObject({
      stage: 'all',
      request: {
        data: 'spx',
        columns: {},
        interval: '1d',
        symbol: undefined,
        name: undefined,
        direction: { kind: 'forward-return', horizonBars: 1 },
        risk: { kind: 'large-move', horizonBars: 1, quantile: 0.8 },
        holdoutShare: 0.2,
        costPerSide: 0.0002,
      },
      settings: {
        trials: 32,
        trialsInBatch: 4,
        sampler: 'tpe',
        selection: 'full',
        innerFolds: 3,
        outerFolds: 3,
        smoothedRows: 100_000,
        searchesForms: true,
      },
      seed: 1,
      workers: 4,
      budgetMs: undefined,
      resume: false,
    });
  });

  it('answers help, whatever else is asked', () => {
    expect(readRunOptions(['--help'], 4)).toEqual({ ok: true, value: 'help' });
    expect(readRunOptions(['nonsense', '--trials', 'x', '--help'], 4)).toEqual({ ok: true, value: 'help' });
  });

  it('says every option in its help', () => {
    const options = ['data', 'columns', 'symbol', 'interval', 'name', 'target', 'risk', 'holdout', 'cost'];
    const work = ['trials', 'sampler', 'selection', 'folds', 'budget', 'workers', 'seed', 'resume'];
    for (const name of [...options, ...work, 'out', 'bundles', 'help']) expect(USAGE).toContain(`--${name}`);
  });

  it('takes what it is given', () => {
    const given = optionsOf(
      'search',
      ...['--data', 'my.csv', '--columns', 'date=Day,close=Price,volume=', '--symbol', 'X', '--name', 'mine'],
      ...['--target', 'triple-barrier:10:2:1.5', '--risk', 'none', '--holdout', '0.3', '--cost', '0'],
      ...['--trials', '0', '--sampler', 'random', '--selection', 'none', '--folds', '0', '--budget', '1.5'],
      ...[
        '--rung',
        'light',
        '--workers',
        '2',
        '--seed=-5',
        '--resume',
        '--out',
        'here',
        '--bundles',
        'there',
      ],
    );
    expect(given).toMatchObject({
      stage: 'search',
      request: {
        data: 'my.csv',
        columns: { date: 'Day', close: 'Price', volume: '' },
        symbol: 'X',
        name: 'mine',
        rung: 'light',
        direction: { kind: 'triple-barrier', horizonBars: 10, takeAt: 2, stopAt: 1.5 },
        risk: undefined,
        holdoutShare: 0.3,
        costPerSide: 0,
      },
      settings: { trials: 0, sampler: 'random', selection: 'none', outerFolds: 0 },
      seed: -5,
      workers: 2,
      budgetMs: 90_000,
      resume: true,
      outDir: 'here',
      bundlesDir: 'there',
    });
  });

  it('keeps bundles beside the report unless told otherwise', () => {
    expect(optionsOf('--out', 'here').bundlesDir).toMatch(/^here.bundles$/);
  });

  it('takes proofs by name, or all of them', () => {
    expect(optionsOf('prove', 'honesty', 'search')).toMatchObject({
      stage: 'prove',
      proofs: ['honesty', 'search'],
    });
    expect(optionsOf('prove').proofs).toContain('trainer');
  });

  it.each<[readonly string[], string]>([
    [['train'], 'there is no stage train: all, select, search, compress, report, prove'],
    [['all', 'honesty'], 'what is honesty?'],
    [['prove', 'nothing'], 'there is no proof nothing: '],
    [['--nonsense'], '--nonsense'],
    [['--data'], '--data'],
    [['--interval', '1h'], '--interval 1h: only 1d can be served'],
    [['--columns', 'day=Day'], '--columns: '],
    [['--target', 'up:1'], '--target: '],
    [['--target', 'large-move:1:0.8'], '--target: a large move has no direction'],
    [['--risk', 'forward-return:1'], '--risk must be large-move:… or none'],
    [['--risk', 'large-move:1'], '--risk: '],
    [['--rung', 'full'], '--rung must be one of light, rules'],
    [['--holdout', '0.6'], '--holdout takes a number from 0.05 to 0.5, not "0.6"'],
    [['--cost', ''], '--cost takes a number from 0 to 0.1, not ""'],
    [['--cost', 'NaN'], '--cost takes a number from 0 to 0.1, not "NaN"'],
    [['--trials', '1.5'], '--trials takes a whole number, not "1.5"'],
    [['--trials', '10001'], '--trials takes a number from 0 to 10000, not "10001"'],
    [['--folds', '11'], '--folds takes a number from 0 to 10, not "11"'],
    [['--workers', '0'], '--workers takes a number from 1 to 256, not "0"'],
    [['--seed', 'one'], '--seed takes a number from '],
    [['--budget', '-'], '--budget'],
    [['--sampler', 'guess'], '--sampler must be one of tpe, tpe-independent, '],
    [['--selection', 'some'], '--selection must be one of full, quick, none'],
  ])('refuses %j in words: %s', (args, message) => {
    expect(readRunOptions(args, 4)).toEqual({ ok: false, error: expect.stringContaining(message) });
  });
});
