import type { Scope } from '../../store/keys.ts';

/**
 * How many people it takes that somebody gets a secret with these scopes. Whoever makes a key, or rotates it, holds its secret
 * and can act as a second person by it. So where two people are needed to let trading go, two are needed for another
 * secret that may operate or approve; to rotate one's own key gives nobody anything new. Scopes never change after a key was
 * made: nobody raises a key, their own included.
 */
export const peopleNeeded = (
  scopes: readonly Scope[],
  { isOwn, approvalsNeeded }: { readonly isOwn: boolean; readonly approvalsNeeded: 1 | 2 },
): 1 | 2 => (!isOwn && (scopes.includes('operate') || scopes.includes('approve')) ? approvalsNeeded : 1);
