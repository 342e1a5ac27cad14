import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCurvePoint } from '../../src/core/curve-point.ts';

const { Point } = ed25519;
const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** By the library, strictly: one encoding, and not of small order. */
function isGood(hex: string): boolean {
  try {
    return !Point.fromBytes(hexToBytes(hex), false).isSmallOrder();
  } catch {
    return false;
  }
}

describe('a point of edwards25519', () => {
  it('is told from 32 bytes that are none, as the library does', () => {
    let points = 0;
    fc.assert(
      fc.property(bytes, (drawn) => {
        const hex = bytesToHex(drawn);
        if (isCurvePoint(hex)) points += 1;
        expect(isCurvePoint(hex)).toBe(isGood(hex));
      }),
      { numRuns: 200 },
    );
    expect(points).toBeGreaterThan(0);
  });

  it('has every public key among it', () => {
    fc.assert(
      fc.property(bytes, (seed) => isCurvePoint(bytesToHex(ed25519.getPublicKey(seed)))),
      { numRuns: 20 },
    );
  });

  it('is not of small order, in whatever sign', () => {
    const eighth = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05';
    const torsion = Point.fromHex(eighth);
    expect(torsion.isSmallOrder()).toBe(true);
    let point = Point.ZERO;
    for (let times = 0; times < 8; times += 1) {
      expect(isCurvePoint(point.toHex()), `${times} times a generator of them`).toBe(false);
      point = point.add(torsion);
    }
    expect(point.equals(Point.ZERO)).toBe(true);
  });

  it.each(['', 'f'.repeat(64), `02${'0'.repeat(62)}`, 'D'.repeat(64), `01${'0'.repeat(61)}`])(
    'is not “%s”',
    (hex) => {
      expect(isCurvePoint(hex)).toBe(false);
    },
  );
});
