import type { apiKeys } from './schema.ts';

export const scopes = ['decide', 'trade', 'operate', 'approve', 'observe'] as const;
export type Scope = (typeof scopes)[number];

/** An isolate goes by a key that it read for so long at most, in milliseconds. */
export const cachedKeyMsMax = 600_000;

export type StoredKey = typeof apiKeys.$inferSelect;

/** A key's row, its scopes parsed. */
export type KeyRow = Omit<StoredKey, 'scopes'> & { readonly scopes: readonly Scope[] };

/**
 * Who stands behind a key, where two have to agree: one who made it alone, or gave it another secret, holds that secret, and is one
 * person with it; so is whoever holds a key that they made by that one. A key that two agreed to, or that was written by hand, is
 * taken for a person of its own.
 */
export const personOf = ({ id, person }: Pick<KeyRow, 'id' | 'person'>): string => person ?? id;

/** Throws on a row that cannot be read. A limit that admits nothing, or one past what a bucket can count, is a fault of it. */
export function keyRowOf(row: StoredKey): KeyRow {
  const stored: unknown = JSON.parse(row.scopes);
  if (!Array.isArray(stored) || !stored.every(isScope)) throw new TypeError('scopes are no scopes');
  requireWithin('rate_per_second', row.ratePerSecond, 1_000_000);
  requireWithin('burst', row.burst, 1_000_000_000);
  return { ...row, scopes: stored };
}

const isScope = (value: unknown): value is Scope => scopes.some((scope) => scope === value);

function requireWithin(column: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new RangeError(`${column} is none of 1 to ${most}`);
}
