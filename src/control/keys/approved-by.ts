import { err, ok, type Result } from '../../core/result.ts';
import type { RequestScope } from '../../runtime.ts';
import { type KeyAsk, type KeyVerbOptions, keyFactsOf, type NotDone } from './key-verb.ts';

interface ApprovedAsk {
  readonly ask: KeyAsk;
  readonly verb: 'create-key' | 'rotate-key' | 'set-limits';
  readonly needed: 1 | 2;
  /** What is asked for, to the letter. JSON. */
  readonly terms: { readonly [name: string]: string | number | readonly string[] };
}

/** Who holds a secret that so many people have made for a key: one who does it alone, and of two nobody. */
export const holderOf = ({ person }: KeyAsk, people: 1 | 2): string | null => (people === 1 ? person : null);

/** Who agreed to it; or why it is not agreed yet. A first word of two is audited too. */
export async function approvedBy(
  { ask, verb, needed, terms }: ApprovedAsk,
  { approve, trace }: Pick<KeyVerbOptions, 'approve' | 'trace'>,
  scope: RequestScope,
): Promise<Result<readonly string[], NotDone>> {
  const { keyId } = ask.by;
  const approval = await approve({
    ...{ what: { verb, id: ask.id, terms }, keyId },
    ...{ person: ask.person, peopleNeeded: needed },
  });
  if (!approval.ok) return err({ kind: 'unavailable' });
  switch (approval.value.kind) {
    case 'approved':
      return ok(approval.value.by);
    case 'pending':
      trace.leave(
        { ...keyFactsOf(ask, verb), before: null, after: { ...terms, approvalsNeeded: needed } },
        scope,
      );
      return err({ kind: 'pending' });
    case 'same':
      return err({ kind: 'second-person-needed' });
  }
}
