import type { Principal } from '../../src/http/auth.ts';

/** Who asks, where only that somebody may ask matters. */
export const plainPrincipal: Principal = {
  id: 'k1',
  account: 'a1',
  scopes: [],
  ratePerSecond: 1,
  burst: 1,
  person: 'k',
  isRetired: () => false,
};
