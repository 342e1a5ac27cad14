import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ed25519PublicKey } from '../../../src/core/ed25519.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { drawLog, sealerKey } from '../../audit/edited-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'audit-command-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

const log = drawLog(new SeededRandom(7), 60);
const sealLines = log.seals.map((seal) => JSON.stringify({ table: 'seals', ...seal }));
const rowLines = [...log.decisions, ...log.entries].map((row) => JSON.stringify(row));
const keys = ed25519PublicKey(sealerKey);

function fileOf(name: string, lines: readonly string[]): string {
  const path = join(directory, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

function audit(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/local/audit.ts', ...args], {
    encoding: 'utf8',
    env: {},
  });
  return { status, stdout, stderr };
}

describe('npm run audit', { timeout: 240_000 }, () => {
  it('verifies an exported log, and says what is sealed', () => {
    const file = fileOf('whole.jsonl', [...sealLines, ...rowLines]);
    expect(audit('verify', file, '--keys', keys)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(new RegExp(`by ${log.seals.length} seals.*\\n.*\\nintact\\n$`)),
    });
    expect(audit('verify', file, '--keys', 'f'.repeat(64))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('bad-seal: seals 1'),
    });
  });

  it('names a record that was edited, and exits with 1', () => {
    const edited = rowLines.map((line, index) => (index === 3 ? line.replace('BUY', 'SELL') : line));
    const { status, stdout } = audit(
      'verify',
      fileOf('edited.jsonl', [...sealLines, ...edited]),
      '--keys',
      keys,
    );
    expect(status).toBe(1);
    expect(stdout).toMatch(/^edited: decisions 4 \(/);
  });

  it('tells a log that was cut by an anchor that was kept elsewhere', () => {
    const latest = log.seals.at(-1);
    if (!latest) throw new Error('nothing is sealed');
    const { statement, signature, publicKeyId } = latest;
    const anchors = fileOf('anchors', [JSON.stringify({ statement, signature, publicKeyId })]);
    const reached = JSON.parse(log.seals.at(-2)?.statement ?? '{}');
    const kept = [
      ...log.decisions.filter(({ ordinal }) => ordinal <= reached.decisions.to),
      ...log.entries.filter(({ ordinal }) => ordinal <= reached.entries.to),
    ].map((row) => JSON.stringify(row));
    const cut = fileOf('cut.jsonl', [...sealLines.slice(0, -1), ...kept]);
    expect(audit('verify', cut, '--keys', keys)).toMatchObject({ status: 0 });
    expect(audit('verify', cut, '--keys', keys, '--anchors', anchors)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(new RegExp(`^behind-anchor: seals ${latest.seq}`)),
    });
  });

  it('takes nothing for proven that is empty or not sealed', () => {
    const empty = audit('verify', fileOf('empty.jsonl', []), '--keys', keys);
    expect(empty).toMatchObject({ status: 1, stdout: expect.stringContaining('NOT PROVEN') });
    expect(audit('verify', fileOf('unsealed.jsonl', rowLines), '--keys', keys)).toMatchObject({ status: 1 });
  });

  it('exits with 2 where it was not told what to do, or cannot read', () => {
    expect(audit().status).toBe(2);
    expect(audit('verify', join(directory, 'nowhere'), '--keys', keys).status).toBe(2);
    expect(audit('verify', 'https://database.example.com', '--keys', keys)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('TURSO_AUTH_TOKEN'),
    });
  });
});
