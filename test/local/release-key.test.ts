import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knownReleaseKey, releaseKey } from '../../src/local/release-key.ts';

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ultrathink-key-'));
  path = join(dir, 'deep/release-key');
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the release key', () => {
  it('is made at its first use, for its owner only, and stays', () => {
    expect(knownReleaseKey({ env: {}, path })).toEqual({ ok: true, value: undefined });
    const made = releaseKey({ env: {}, path });
    expect(made).toEqual({ ok: true, value: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(releaseKey({ env: {}, path })).toEqual(made);
    expect(knownReleaseKey({ env: {}, path })).toEqual(made);
    expect(releaseKey({ env: {}, path: join(dir, 'other') })).not.toEqual(made);
  });

  it('is the environment’s where that has one, and then no file is made', () => {
    const given = 'a'.repeat(64);
    expect(releaseKey({ env: { BUNDLE_SIGNING_KEY: given }, path })).toEqual({ ok: true, value: given });
    expect(() => readFileSync(path)).toThrow();
  });

  it.each(['', 'a'.repeat(63), 'A'.repeat(64), 'g'.repeat(64)])(
    'is never %j, and no fault tells it',
    (bad) => {
      const fromEnvironment = releaseKey({ env: { BUNDLE_SIGNING_KEY: bad }, path });
      expect(fromEnvironment.ok).toBe(false);
      const file = join(dir, 'bad');
      writeFileSync(file, bad);
      const fromFile = releaseKey({ env: {}, path: file });
      expect(fromFile.ok).toBe(false);
      if (bad !== '') expect(JSON.stringify([fromEnvironment, fromFile])).not.toContain(bad);
    },
  );
});
