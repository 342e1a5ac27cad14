import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIntact, openingIn, openingOf, sealRecord } from '../../src/audit/decision-record.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { hmacSha256Hex, sha256Hex } from '../../src/core/digest.ts';

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

describe("a decision's opening", () => {
  const answer = { action: 'BUY', id: 'd', reasons: [], size: 0.1 + 0.2, text: '漢"\\,"breaker":' };
  const decision = sealRecord(secret, columns, { ...columns, answer, breaker: null });
  const opening = openingOf('a', 'BUY', canonicalJson(answer));

  it('is how its record begins', () => {
    expect(decision.record.startsWith(`${opening},"breaker":`)).toBe(true);
    expect(openingIn(decision.record)).toBe(opening);
  });

  it('is covered by the receipt, beside the hash', () => {
    expect(decision.receipt).toBe(hmacSha256Hex(secret, decision.recordHash + opening));
    expect(isIntact(secret, decision)).toBe(true);
  });

  it('was not covered by the receipts of records of long ago, which are good', () => {
    const receipt = hmacSha256Hex(secret, decision.recordHash);
    expect(isIntact(secret, { ...decision, receipt })).toBe(true);
  });

  it.each([
    ['no text of JSON', '{"account":'],
    ['of a void', canonicalJson({ ...columns, voids: { id: 'd', seq: 1, reason: 'superseded' } })],
    ['of an audit entry', canonicalJson({ actor: { kind: 'component', name: 'c' }, verb: 'halt' })],
    ['with an answer that is none', canonicalJson({ ...columns, answer: null })],
  ])('is empty where the record is %s', (_, record) => {
    expect(openingIn(record)).toBe('');
  });
});
