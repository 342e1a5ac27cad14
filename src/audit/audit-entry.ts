import { canonicalJson } from '../core/canonical-json.ts';
import { hmacSha256Hex, sha256Hex } from '../core/digest.ts';
import type { Linked } from './chain.ts';

/** What can be done to the service: the closed list, by the names that operators use. */
export const verbs = [
  'halt',
  'reduce',
  'resume',
  'heartbeat',
  'trip',
  'reset',
  'approve-override',
  'use-override',
  'revoke-override',
  'end-override',
  'set-limits',
  'create-key',
  'rotate-key',
  'revoke-key',
  'register-model',
  'set-alias',
  'set-experiment',
  'retain',
  'restore',
  'retry-records',
  'drop-records',
] as const;
export type Verb = (typeof verbs)[number];

/** Who did it: a caller by its key, or a part of the service by its own judgement. A halt key is of no account. */
export type Actor =
  | { readonly kind: 'key'; readonly keyId: string; readonly account: string | null }
  | { readonly kind: 'component'; readonly name: string };

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What one performed verb was. */
export interface EntryFacts {
  readonly actor: Actor;
  readonly verb: Verb;
  /** What it was done to: `global`, `account:a`, `breaker:decision`, `key:k`, … */
  readonly target: string;
  /** Why, in the words of whoever did it. */
  readonly reason: string;
  /** The peer's address as the platform vouches for it; null where no request stands behind the verb. */
  readonly clientAddress: string | null;
  /** What it changed, as far as the verb knows it; null for what was not there. */
  readonly before: Json;
  readonly after: Json;
}

/** Where an entry stands: its id (UUIDv7), its writer and that one's counter, and when. */
export interface EntryPlace {
  readonly id: string;
  readonly writer: string;
  /** Counts what the writer records, decisions included; from 1. */
  readonly seq: number;
  /** Wall clock, epoch milliseconds. */
  readonly atMs: number;
}

/** A performed verb as it is kept: columns, text, hash and receipt as a decision record has them. */
export interface AuditEntry extends EntryPlace {
  readonly keyId: string | null;
  readonly account: string | null;
  readonly verb: Verb;
  readonly target: string;
  /** SHA-256 over `record`'s UTF-8 bytes, lower-case hex. */
  readonly recordHash: string;
  /** Canonical JSON (RFC 8785) of place and facts. */
  readonly record: string;
  /** HMAC-SHA-256 of `recordHash` under the service's secret, lower-case hex. */
  readonly receipt: string;
}

/** An entry with its place in the chain of its writer. */
export type LinkedEntry = Linked<AuditEntry>;

/** Seals what a verb did. Throws where a fact has no JSON text (NaN, a lone surrogate). */
export function sealEntry(receiptSecret: string, place: EntryPlace, facts: EntryFacts): AuditEntry {
  const { id, writer, seq, atMs } = place;
  const { actor, verb, target } = facts;
  const record = canonicalJson({ id, writer, seq, atMs, ...facts });
  const recordHash = sha256Hex(record);
  const { keyId, account } = actor.kind === 'key' ? actor : { keyId: null, account: null };
  const receipt = hmacSha256Hex(receiptSecret, recordHash);
  return { id, writer, seq, atMs, keyId, account, verb, target, recordHash, record, receipt };
}
