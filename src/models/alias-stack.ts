import type { AliasRow } from '../store/registry-rows.ts';

/**
 * What stands on what under one alias: its last element is in force, and the one before is what a rollback comes back to. A
 * change to the element below the top takes the top off; so what was rolled back from is no rollback again, and needs
 * a promotion as any other.
 *
 * @param history every change of the alias, the oldest first
 * @param shipped hash of the bundle in force before the first; undefined where there is none
 */
export function aliasStack(
  history: readonly Pick<AliasRow, 'bundleHash'>[],
  shipped: string | undefined,
): readonly string[] {
  const stack = shipped === undefined ? [] : [shipped];
  for (const { bundleHash } of history) {
    if (stack.at(-1) === bundleHash) continue;
    if (stack.at(-2) === bundleHash) stack.pop();
    else stack.push(bundleHash);
  }
  return stack;
}
