import { hexToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { ed25519KeyId, ed25519PublicKey, signEd25519, verifyEd25519 } from '../core/ed25519.ts';
import { hexOf } from '../core/hex.ts';
import { parseJson } from '../core/parse-json.ts';
import { err, ok, type Result } from '../core/result.ts';
import { merkleRoot } from './merkle-root.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const ordinal = z.number().int().min(0);

const spanSchema = z.strictObject({
  /** Last ordinal that is sealed; the span begins behind the one of the seal before. */
  to: ordinal,
  /** Rows in the span. */
  count: ordinal,
});

const statementSchema = z.strictObject({
  format: z.literal(1),
  /** From 1, without holes. */
  seq: z.number().int().min(1),
  /** Hash of the statement before this one; 64 zeros for the first. */
  prev: hash,
  /** The sealer's wall clock, epoch milliseconds. */
  atMs: z.number().int(),
  decisions: spanSchema,
  entries: spanSchema,
  /** Merkle root (RFC 6962) over the link hashes of the decisions, then of the entries, each by ordinal. */
  root: hash,
});

export type SealStatement = z.infer<typeof statementSchema>;

/** A row of `seals`. */
export interface Seal {
  readonly seq: number;
  readonly atMs: number;
  /** Canonical JSON of a {@link SealStatement}. */
  readonly statement: string;
  /** Ed25519 over the statement's bytes, 128 lower-case hex digits. */
  readonly signature: string;
  /** Says which of the pinned keys to check against; proves nothing. */
  readonly publicKeyId: string;
  /** The leaves of `root`, 64 hex digits each, one after the other: they tell which row is not the sealed one. */
  readonly leaves: string;
}

/** What the seal before the first would say. */
export const beforeFirstSeal = {
  seq: 0,
  hash: '0'.repeat(64),
  decisionsTo: 0,
  entriesTo: 0,
} as const;

/** Signs what is new in the log. `signingKey` is an Ed25519 seed of 64 hex digits. */
export function makeSeal(
  signingKey: string,
  facts: Omit<SealStatement, 'format' | 'root'>,
  leaves: readonly string[],
): Seal {
  const root = rootOf(leaves);
  const statement = canonicalJson({ format: 1, ...facts, root } satisfies SealStatement);
  return {
    seq: facts.seq,
    atMs: facts.atMs,
    statement,
    signature: signEd25519(signingKey, statement),
    publicKeyId: ed25519KeyId(ed25519PublicKey(signingKey)),
    leaves: leaves.join(''),
  };
}

/** A seal whose signature and leaves have been checked. */
export interface OpenedSeal {
  readonly statement: SealStatement;
  /** SHA-256 of the statement's bytes: what the next seal names as `prev`, and what is kept outside as the head. */
  readonly hash: string;
  readonly leaves: readonly string[];
}

/** Checks a seal by itself: its form, its signature by one of the pinned keys, and its leaves. */
export function openSeal(publicKeys: readonly string[], seal: Seal): Result<OpenedSeal, string> {
  const statement = openStatement(publicKeys, seal);
  if (!statement.ok) return statement;
  const { seq, atMs, root, decisions, entries } = statement.value;
  if (seq !== seal.seq || atMs !== seal.atMs) return err('its columns are not those of its statement');
  if (!/^([0-9a-f]{64})*$/.test(seal.leaves)) return err('its leaves are no hashes');
  const leaves = seal.leaves.match(/.{64}/g) ?? [];
  if (leaves.length !== decisions.count + entries.count || rootOf(leaves) !== root) {
    return err('its leaves are not those of its root');
  }
  return ok({ statement: statement.value, hash: sealHash(seal), leaves });
}

/** What the next seal names as `prev`. */
export const sealHash = ({ statement }: Pick<Seal, 'statement'>): string => sha256Hex(statement);

/** Checks a seal's statement without its leaves, as a head that is kept outside has it. */
export function openStatement(
  publicKeys: readonly string[],
  { statement, signature, publicKeyId }: Pick<Seal, 'statement' | 'signature' | 'publicKeyId'>,
): Result<SealStatement, string> {
  const key = publicKeys.find((known) => ed25519KeyId(known) === publicKeyId);
  if (key === undefined) return err('it is signed by none of the pinned keys');
  if (!/^[0-9a-f]{128}$/.test(signature) || !verifyEd25519(key, statement, signature)) {
    return err('its signature is wrong');
  }
  const parsed = statementSchema.safeParse(parseJson(statement));
  return parsed.success ? ok(parsed.data) : err('its statement has another form');
}

const rootOf = (leaves: readonly string[]): string => hexOf(merkleRoot(leaves.map(hexToBytes)));
