import type { NotDone } from '../../control/keys/key-verb.ts';
import type { RouteContext } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { keysUnavailable, unknownKey } from './key-ask.ts';

/** Why nothing was done to a key, or not yet. */
type Reason = NotDone | { readonly kind: 'unknown' | 'revoked' | 'changed' | 'two-holders' };

/** What every verb on keys answers where it did nothing. */
export function answerNotDone({ kind }: Reason, context: RouteContext): Response {
  switch (kind) {
    case 'pending':
      return context.json({ outcome: 'pending' }, 202, { 'cache-control': 'no-store' });
    case 'second-person-needed':
      return problemResponse({ code: 'SECOND_PERSON_NEEDED' });
    case 'unknown':
      return problemResponse(unknownKey);
    case 'revoked':
      return problemResponse({ code: 'KEY_REVOKED' });
    case 'two-holders':
      return problemResponse({
        code: 'INVALID_REQUEST',
        detail:
          'overlapSeconds has to be 0: a key that may approve has one holder, and this gives it another',
      });
    case 'changed':
      return problemResponse({ code: 'CHANGED_MEANWHILE' });
    case 'unavailable':
      return problemResponse(keysUnavailable);
  }
}
