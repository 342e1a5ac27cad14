import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fromTheBeginning, verifyLog } from '../../../src/audit/verify-log.ts';
import { ed25519PublicKey } from '../../../src/core/ed25519.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { createExportedLog } from '../../../src/local/audit/exported-log.ts';
import { drawLog, sealerKey } from '../../audit/edited-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'exported-log-test-'));
const path = join(directory, 'log.jsonl');
afterAll(() => rmSync(directory, { recursive: true }));

const log = drawLog(new SeededRandom(7), 60);
const lines = [
  ...log.seals.map((seal) => JSON.stringify({ table: 'seals', ...seal })),
  ...[...log.decisions, ...log.entries].map((row) => JSON.stringify(row)),
];
const verify = () =>
  verifyLog(createExportedLog(path), {
    publicKeys: [ed25519PublicKey(sealerKey)],
    anchors: [],
    hasReceipt: null,
    from: fromTheBeginning,
    sealsMax: Number.POSITIVE_INFINITY,
    unsealedMax: Number.POSITIVE_INFINITY,
  });

describe('an exported log', () => {
  it('is verified as the database is that it came from', async () => {
    writeFileSync(path, `${lines.join('\n')}\n`);
    const { findings, sealedUpTo, unsealed } = await verify();
    expect(findings).toEqual([]);
    expect(sealedUpTo.seq).toBe(log.seals.length);
    expect(sealedUpTo.decisionsTo + unsealed.decisions).toBe(log.decisions.length);
  });

  it('names a line that was taken out', async () => {
    writeFileSync(path, lines.filter((_, index) => index !== log.seals.length + 2).join('\n'));
    expect((await verify()).findings[0]).toMatchObject({ kind: 'missing', table: 'decisions', ordinal: 3 });
  });

  it('is no log where a line is no row', async () => {
    writeFileSync(path, '{"table":"decisions"}\n');
    await expect(verify()).rejects.toThrow('line 1 is no row of decisions');
  });
});
