import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/local/build-worker.ts';
import { temporaryDataDir } from '../../src/local/launched-service.ts';
import { clusteredMarketCsv } from './clustered-market.ts';

const directory = temporaryDataDir();
afterAll(() => directory.remove());

/** The command as a process; `stopAt`: interrupted when standard error first matches it. */
async function optimize(args: readonly string[], stopAt?: RegExp) {
  const child = spawn(process.execPath, [join(ROOT, 'src/optimize/run.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.on('data', (part: Buffer) => {
    if (stopAt?.test(String(part))) child.kill('SIGINT');
  });
  const [out, said, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { out, said, status };
}

describe('the command', { timeout: 180_000 }, () => {
  it('tells a newcomer what there is, and what is wrong with an option', async () => {
    const [help, wrong] = await Promise.all([optimize(['--help']), optimize(['--trials', 'many'])]);
    expect(help).toMatchObject({ status: 0, said: '' });
    for (const option of ['--data', '--columns', '--resume', '--budget', 'prove']) {
      expect(help.out).toContain(option);
    }
    expect(wrong).toMatchObject({ status: 1, out: '' });
    expect(wrong.said).toContain('--trials takes a number from 0 to 10000, not "many"');
  });

  it('finds the same with 1 worker, with 2, and when interrupted and resumed', async () => {
    const data = join(directory.path, 'closes.csv');
    writeFileSync(
      data,
      clusteredMarketCsv({ seed: 1, count: 800, endMs: Date.UTC(2025, 0, 1), hasRange: false }),
    );
    const least = ['search', '--data', data, '--trials', '4', '--selection', 'none'];
    const out = (name: string): string => join(directory.path, name);
    const found = (name: string): string => readFileSync(join(out(name), 'search.json'), 'utf8');

    await optimize([...least, '--workers', '1', '--out', out('one')]);
    const stopped = await optimize([...least, '--workers', '2', '--out', out('two')], / \d+ %/);
    expect(stopped.status).toBe(130);
    expect(stopped.said).toContain('with --resume goes on');
    const resumed = await optimize([...least, '--workers', '2', '--out', out('two'), '--resume']);
    expect(resumed.status).toBe(0);
    expect(found('two')).toBe(found('one'));
  });
});
