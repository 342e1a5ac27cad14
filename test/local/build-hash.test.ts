import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildHash } from '../../src/local/build-hash.ts';
import { ROOT } from '../../src/local/build-worker.ts';

const root = mkdtempSync(join(tmpdir(), 'build-hash-test-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('the hash of the build', () => {
  it('is another one where deployed source is, and the same where only tools and texts are', () => {
    for (const path of ['functions/bun.ts', 'src/app.ts', 'src/core/exp.ts', 'package-lock.json'])
      write(path, 'one');
    const before = buildHash(root);
    for (const path of ['src/local/check.ts', 'src/optimize/run.ts', 'src/ARCHITECTURE.md', 'test/a.ts'])
      write(path, 'a tool');
    expect(buildHash(root)).toBe(before);
    const seen = new Set([before]);
    for (const path of ['functions/bun.ts', 'src/core/exp.ts', 'src/core/new.ts', 'package-lock.json']) {
      write(path, 'two');
      seen.add(buildHash(root));
    }
    expect(seen.size).toBe(5);
  });

  it('is taken of this tree', () => {
    expect(buildHash(ROOT)).toMatch(/^[0-9a-f]{64}$/);
    expect(buildHash(ROOT)).not.toBe(buildHash(root));
  });
});
