import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseBundles, symbolsOf } from '../../src/local/bundle-choice.ts';

const dir = mkdtempSync(join(tmpdir(), 'ultrathink-bundles-'));
for (const [name, purpose] of [
  ['alpha', 'test'],
  ['beta', 'production'],
  ['gamma', 'production'],
] as const) {
  mkdirSync(join(dir, name));
  writeFileSync(join(dir, name, 'manifest.json'), JSON.stringify({ purpose, symbols: [name, 'ALL'] }));
}
mkdirSync(join(dir, 'notes'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('the choice of bundles', () => {
  it('is every bundle of the directory, those for production first', () => {
    expect(chooseBundles(dir)).toEqual({ bundlesDir: dir, models: ['beta', 'gamma', 'alpha'] });
  });

  it('is those named, in their order', () => {
    expect(chooseBundles(dir, 'gamma, alpha').models).toEqual(['gamma', 'alpha']);
    expect([...symbolsOf(chooseBundles(dir, 'gamma, alpha'))].sort()).toEqual(['ALL', 'alpha', 'gamma']);
  });

  it('says what is not there and what is', () => {
    expect(() => chooseBundles(dir, 'beta,delta')).toThrow(/no bundle delta; it holds beta, gamma, alpha/);
    expect(() => chooseBundles(join(dir, 'notes'))).toThrow(/holds no bundle/);
    expect(() => chooseBundles(join(dir, 'nowhere'))).toThrow(/holds no bundle/);
  });
});
