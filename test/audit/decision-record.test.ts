import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIntact, sealRecord } from '../../src/audit/decision-record.ts';
import { sha256Hex } from '../../src/core/digest.ts';

const secret = 's'.repeat(32);
const columns = {
  id: 'd',
  writer: 'w',
  seq: 1,
  account: 'a',
  keyId: 'k',
  symbol: 'S',
  action: 'BUY' as const,
  decidedAtMs: 1,
};
const sealed = sealRecord(secret, columns, { action: 'BUY', size: 0.5 });

describe('a sealed record', () => {
  it('is intact as it was written', () => {
    expect(isIntact(secret, sealed)).toBe(true);
  });

  it('is not after any character of it was changed', () => {
    fc.assert(
      fc.property(
        fc.nat(sealed.record.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        (at, character) => {
          const record = sealed.record.slice(0, at) + character + sealed.record.slice(at + 1);
          expect(isIntact(secret, { ...sealed, record })).toBe(record === sealed.record);
        },
      ),
    );
  });

  it('is not when its hash was recomputed over another text', () => {
    const record = sealed.record.replace('BUY', 'SELL');
    expect(isIntact(secret, { ...sealed, record, recordHash: sha256Hex(record) })).toBe(false);
  });

  it('is not under another secret', () => {
    expect(isIntact('t'.repeat(32), sealed)).toBe(false);
  });
});
