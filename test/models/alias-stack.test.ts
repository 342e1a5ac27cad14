import { describe, expect, it } from 'vitest';
import { aliasStack } from '../../src/models/alias-stack.ts';

const stackOf = (history: string, shipped?: string): string =>
  aliasStack(
    Array.from(history, (bundleHash) => ({ bundleHash })),
    shipped,
  ).join('');

describe('what stands on what under an alias', () => {
  it.each([
    ['', undefined, ''],
    ['', 's', 's'],
    ['ab', 's', 'sab'],
    ['aba', 's', 'sa'],
    ['abas', 's', 's'],
    ['abab', 's', 'sab'],
    ['abac', 's', 'sac'],
    ['aab', undefined, 'ab'],
    ['abca', undefined, 'abca'],
  ])('after %s on %s is %s', (history, shipped, expected) => {
    expect(stackOf(history, shipped)).toBe(expected);
  });
});
