import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareResults } from '../../../load/bench/compare.ts';
import { comparisonTable, resultTable } from '../../../load/bench/markdown.ts';
import { type Result, readResult, writeResult } from '../../../load/bench/result-file.ts';
import { seriesOf } from '../../../load/bench/series.ts';

const metrics = [
  { name: 'answers/s', better: 'higher', isCompared: true },
  { name: 'p99 ms', better: 'lower', isCompared: true },
] as const;

function resultOf(speeds: readonly number[], latencies: readonly number[], suite = 'http'): Result {
  const samples = speeds.map((speed, round) => ({ 'answers/s': speed, 'p99 ms': latencies[round] ?? 0 }));
  const yardstick = { subject: 'echo', baseline: null, samples };
  return {
    format: 1,
    suite,
    title: 'Decisions over HTTP',
    date: '2026-11-23T12:00:00.000Z',
    command: 'npm run bench -- http',
    commit: '0123456789ab',
    machine: { cpu: 'a CPU', cores: 2, memoryMib: 8192, kernel: 'Linux 6', node: '24.0.0', loadAverage1m: 0 },
    conditions: ['Nothing else ran.'],
    warmups: 1,
    rounds: speeds.length,
    metrics,
    series: seriesOf([{ subject: 'decide', baseline: 'echo', samples }, yardstick], metrics),
    faults: [],
  };
}

const before = resultOf([100, 101, 102, 103, 104], [10, 11, 12, 13, 14]);

describe('compareResults', () => {
  it('calls more answers better and a longer tail worse, when no round overlaps', () => {
    const after = resultOf([200, 201, 202, 203, 204], [20, 21, 22, 23, 24]);
    const [speed, tail] = compareResults(before, after);
    expect(speed).toMatchObject({ subject: 'decide', metric: 'answers/s', verdict: 'better' });
    expect(speed?.ratio).toBeCloseTo(202 / 102);
    expect(speed?.p).toBeCloseTo(2 / 252);
    expect(tail).toMatchObject({ metric: 'p99 ms', verdict: 'worse' });
  });

  it('is undecided where the rounds overlap, and always with three rounds', () => {
    const overlapping = resultOf([99, 105, 101, 103, 100], [10, 11, 12, 13, 15]);
    expect(compareResults(before, overlapping).map(({ verdict }) => verdict)).toEqual(['~', '~', '~', '~']);
    const [few] = compareResults(resultOf([1, 2, 3], [1, 2, 3]), resultOf([7, 8, 9], [7, 8, 9]));
    expect(few?.verdict).toBe('~');
  });

  it('refuses the result of another suite', () => {
    expect(() => compareResults(before, resultOf([1], [1], 'math'))).toThrow('suite http, this one of math');
  });
});

describe('tables', () => {
  it('show medians with their spread, ratios, and what a published number needs', () => {
    const text = resultTable(before);
    expect(text).toContain('|  | answers/s | × baseline | p99 ms | × baseline |');
    expect(text).toContain('| decide | 102 (100 – 104) | 1 (1 – 1) | 12 (10 – 14) | 1 (1 – 1) |');
    expect(text).toContain('`npm run bench -- http`, 2026-11-23T12:00:00.000Z, commit 0123456789ab.');
  });

  it('say when figures may not be published', () => {
    expect(resultTable({ ...before, faults: ['all were HOLD'] })).toContain('**Not sound:** all were HOLD');
  });

  it('show the verdict of a comparison', () => {
    const text = comparisonTable(before, compareResults(before, before));
    expect(text).toContain('| decide | answers/s | 102 | 102 | 1.000 | 1.0000 | ~ |');
  });
});

describe('a result file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-result-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is read as it was written', () => {
    const path = join(dir, 'sub', 'result.json');
    writeResult(path, before);
    expect(readResult(path)).toEqual(before);
  });

  it('that is none is refused in one line', () => {
    const path = join(dir, 'other.json');
    writeFileSync(path, '{"format":2}');
    expect(() => readResult(path)).toThrow(/other\.json is no result of this bench: .+$/);
    expect(() => readResult(join(dir, 'absent.json'))).toThrow(/ENOENT/);
  });
});
