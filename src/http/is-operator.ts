import type { Principal } from './auth.ts';

/** Whether somebody may see what is between the service and single accounts and strategies. */
export const isOperator = ({ scopes }: Pick<Principal, 'scopes'>): boolean =>
  scopes.includes('operate') || scopes.includes('approve');
