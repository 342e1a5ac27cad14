import { describe, expect, it } from 'vitest';
import { armOf } from '../../src/experiments/arm-of.ts';
import { abTerms, experimentOf, shadowTerms } from './experiment-of.ts';

const accounts = Array.from({ length: 4_000 }, (_, i) => `account-${i}`);
const candidates = (share: number, symbol = 'DEMO', name = 'e1') =>
  accounts.filter(
    (account) => armOf(experimentOf(abTerms(share), { name }), account, symbol) === 'candidate',
  );

describe('armOf', () => {
  it('gives the candidate the share of accounts that it asks for', () => {
    for (const share of [0.05, 0.2, 0.5]) {
      const deviation = Math.sqrt((share * (1 - share)) / accounts.length);
      expect(Math.abs(candidates(share).length / accounts.length - share)).toBeLessThan(4 * deviation);
    }
  });

  it('keeps whom it has when the share grows, and is drawn anew for another symbol or experiment', () => {
    const few = candidates(0.1);
    expect(candidates(0.3)).toEqual(expect.arrayContaining(few));
    for (const other of [candidates(0.1, 'OTHER'), candidates(0.1, 'DEMO', 'e2')]) {
      const shared = other.filter((account) => few.includes(account)).length;
      expect(shared / few.length).toBeLessThan(0.3);
    }
  });

  it('is the same on every machine', () => {
    const experiment = experimentOf(abTerms(0.5));
    const arms = ['a', 'b', 'c', 'd', 'e', 'f'].map((account) => armOf(experiment, account, 'DEMO'));
    expect(arms).toMatchInlineSnapshot(`
      [
        "candidate",
        "candidate",
        "candidate",
        "candidate",
        "candidate",
        "candidate",
      ]
    `);
  });

  it('never lets a shadow answer', () => {
    const experiment = experimentOf(shadowTerms);
    expect(accounts.every((account) => armOf(experiment, account, 'DEMO') === 'production')).toBe(true);
  });
});
