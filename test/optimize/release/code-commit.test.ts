import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeCommit } from '../../../src/optimize/release/code-commit.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ultrathink-commit-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: root,
    encoding: 'utf8',
  }).trim();

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function commit(path: string, text: string): string {
  write(path, text);
  git('add', '.');
  git('commit', '-qm', path);
  return git('rev-parse', 'HEAD');
}

it('names the last commit of the code, whatever else was committed or written since', () => {
  git('init', '-q');
  const code = commit('src/a.ts', '1');
  expect(codeCommit(root)).toBe(code);
  commit('bundles/a/manifest.json', '{}');
  write('bundles/a/manifest.json', '{"made":"again"}');
  expect(codeCommit(root)).toBe(code);
  const later = commit('src/a.ts', '2');
  expect(codeCommit(root)).toBe(later);
});

it('marks code that differs from its commit, by a change or by a file of its own', () => {
  git('init', '-q');
  const code = commit('src/a.ts', '1');
  write('src/b.ts', '1');
  expect(codeCommit(root)).toBe(`${code}+`);
  rmSync(join(root, 'src/b.ts'));
  write('src/a.ts', '2');
  expect(codeCommit(root)).toBe(`${code}+`);
});

it('is unknown outside a repository', () => {
  expect(codeCommit(root)).toBe('unknown');
});
