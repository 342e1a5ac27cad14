import { err, ok, type Result } from '../../core/result.ts';
import type { RequestScope } from '../../runtime.ts';
import type { Scope } from '../../store/keys.ts';
import { type KeyAsk, type KeyVerbOptions, keyFactsOf, type NotDone } from './key-verb.ts';
import { peopleNeeded } from './people-needed.ts';

interface SecretAsk {
  readonly ask: KeyAsk;
  readonly verb: 'create-key' | 'rotate-key';
  /** Of the key that gets a secret. */
  readonly scopes: readonly Scope[];
  /** What is asked for, to the letter. JSON. */
  readonly terms: { readonly [name: string]: string | number | readonly string[] };
}

/** Who agreed that somebody gets a secret; or why nobody does yet. A first word of two is audited too. */
export async function approvedBy(
  { ask, verb, scopes, terms }: SecretAsk,
  { approve, approvalsNeeded, trace }: KeyVerbOptions,
  scope: RequestScope,
): Promise<Result<readonly string[], NotDone>> {
  const { keyId } = ask.by;
  const needed = peopleNeeded(scopes, { isOwn: keyId === ask.id, approvalsNeeded });
  const approval = await approve({ what: { verb, id: ask.id, terms }, keyId, peopleNeeded: needed });
  if (!approval.ok) return err({ kind: 'unavailable' });
  switch (approval.value.kind) {
    case 'approved':
      return ok(approval.value.by);
    case 'pending':
      trace.leave({ ...keyFactsOf(ask, verb), before: null, after: { ...terms, approvalsNeeded } }, scope);
      return err({ kind: 'pending' });
    case 'same':
      return err({ kind: 'second-person-needed' });
  }
}
