import { describe, expect, it } from 'vitest';
import { proveSelection, selectionSets } from '../../../src/optimize/prove/selection.ts';

describe('proveSelection', () => {
  it('passes on two seeds of the smaller set, and shows each of them', async () => {
    const lines: string[] = [];
    const proof = await proveSelection({
      sets: selectionSets.slice(0, 1),
      seeds: [1, 2],
      print: (line) => lines.push(line),
    });
    expect(lines).toHaveLength(2);
    expect(proof.lines.join('\n')).toContain('bar 70 %');
    expect(proof.passed, proof.lines.join('\n')).toBe(true);
  });
});
