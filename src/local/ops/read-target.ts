import { globalName, nameOf, type Target, targetKinds, targetOf } from '../../risk/target.ts';

/**
 * `--target` as a person writes it: `global`, or `symbol:BRK B`, the id as it is or percent-encoded. Throws, for people to
 * read, where it is neither.
 */
export function readTarget(given: string | undefined): Target {
  const target = targetOf(given ?? globalName) ?? encoded(given ?? '');
  if (target && target.kind !== 'venue') return target;
  throw new Error('--target takes global, or account:, strategy:, model: or symbol: and a name');
}

function encoded(given: string): Target | undefined {
  const [kindText = '', ...rest] = given.split(':');
  const kind = targetKinds.find((known) => known === kindText);
  const id = rest.join(':');
  return kind && targetOf(nameOf({ kind, id }));
}
