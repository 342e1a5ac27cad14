/** Where rows first differ from what was sealed. */
export interface LeafDifference {
  /**
   * `missing`: the sealed row at `index` is gone. `inserted`: the row at `index` was not sealed. `edited`: the row at
   * `index` is not the sealed one.
   */
  readonly kind: 'missing' | 'inserted' | 'edited';
  readonly index: number;
}

/** The first difference between the leaves that were sealed and those of the rows that are there; undefined for none. */
export function compareLeaves(
  sealed: readonly string[],
  present: readonly string[],
): LeafDifference | undefined {
  const index = sealed.findIndex((leaf, at) => leaf !== present[at]);
  if (index === -1)
    return present.length > sealed.length ? { kind: 'inserted', index: sealed.length } : undefined;
  if (index >= present.length || present[index] === sealed[index + 1]) return { kind: 'missing', index };
  return { kind: present[index + 1] === sealed[index] ? 'inserted' : 'edited', index };
}
