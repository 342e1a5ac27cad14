import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Result } from './result-file.ts';

/** The machine and how busy it is now. */
export function describeMachine(): Result['machine'] {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryMib: Math.round(totalmem() / 2 ** 20),
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    loadAverage1m: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

/** The commit that runs, with `+` behind it when a tracked file differs from it. */
export function describeCommit(root: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
