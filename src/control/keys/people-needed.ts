import type { Scope } from '../../store/key-row.ts';

/**
 * How many people it takes that somebody gets a secret with these scopes. Whoever makes a key, or rotates it, holds its secret:
 * they could be their own second person by it, or ask more often than a limit that took two people to raise. So where two are
 * needed to let trading go, two are needed for another secret that may do more than look; where one is enough, that secret is one
 * person with whoever holds it (store/key-row.ts). To rotate one's own key gives nobody anything new. Scopes never change after a key was made: nobody raises a key, their own included.
 */
export const peopleNeeded = (
  scopes: readonly Scope[],
  { isOwn, approvalsNeeded }: { readonly isOwn: boolean; readonly approvalsNeeded: 1 | 2 },
): 1 | 2 => (isOwn || scopes.every((scope) => scope === 'observe') ? 1 : approvalsNeeded);
