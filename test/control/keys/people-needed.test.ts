import { describe, expect, it } from 'vitest';
import { peopleNeeded } from '../../../src/control/keys/people-needed.ts';
import { scopes } from '../../../src/store/key-row.ts';

describe('how many people a secret takes', () => {
  it('is one where one is enough to let trading go', () => {
    for (const scope of scopes)
      expect(peopleNeeded([scope], { isOwn: false, approvalsNeeded: 1 }), scope).toBe(1);
  });

  it('is two for another’s that may do more than look, where two have to let trading go', () => {
    const needed = scopes.map((scope) => [
      scope,
      peopleNeeded(['observe', scope], { isOwn: false, approvalsNeeded: 2 }),
    ]);
    expect(Object.fromEntries(needed)).toEqual({ decide: 2, trade: 2, observe: 1, operate: 2, approve: 2 });
  });

  it('is one for one’s own', () => {
    expect(peopleNeeded(['approve'], { isOwn: true, approvalsNeeded: 2 })).toBe(1);
  });
});
