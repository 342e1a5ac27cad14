import { describe, expect, it } from 'vitest';
import { readSource } from '../../../src/optimize/data/sources.ts';
import { proveCompetition } from '../../../src/optimize/prove/competition.ts';
import { openReturns } from '../../../src/optimize/prove/open-returns.ts';

describe('proveCompetition', () => {
  it('passes on a hundred experiments of each kind, and says how soon an effect is shown', async () => {
    const source = await readSource('spx');
    if (!source.ok) throw new Error(source.error);
    const returns = openReturns(source.value.bars);
    const proof = await proveCompetition({ returns, nulls: 100, powerRuns: 20, seed: 1 });
    const text = proof.lines.join('\n');
    expect(proof.passed, text).toBe(true);
    // The share that is right on 60 % of its days is shown in nearly all of them.
    expect(text).toMatch(/right on 60\.0 %.*1000 in (9[05]|100)\.0 %/);
  });
});
