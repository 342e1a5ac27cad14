import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { temporaryDataDir } from '../../src/local/launched-service.ts';
import { proveReproduction } from '../../src/optimize/prove/reproduction.ts';
import { clusteredMarketCsv } from '../optimize/clustered-market.ts';

const directory = temporaryDataDir();
afterEach(() => directory.remove());

it('makes the same bundle on Node, Deno and Bun, with 1 worker and with 2', {
  timeout: 600_000,
}, async () => {
  const data = join(directory.path, 'closes.csv');
  writeFileSync(
    data,
    clusteredMarketCsv({ seed: 1, count: 800, endMs: Date.UTC(2025, 0, 1), hasRange: false }),
  );
  const lines: string[] = [];
  const proof = await proveReproduction({
    args: ['--data', data, '--risk', 'none', '--trials', '1', '--selection', 'none', '--folds', '0'],
    ways: [
      { runtime: 'node', workers: 1, course: 'whole' },
      { runtime: 'deno', workers: 2, course: 'whole' },
      { runtime: 'bun', workers: 2, course: 'whole' },
    ],
    print: (line) => lines.push(line),
  });
  expect(proof).toEqual({ passed: true, lines: [] });
  expect(lines).toHaveLength(3);
});
