import { z } from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { ed25519KeyId, ed25519PublicKey, signEd25519, verifyEd25519 } from '../core/ed25519.ts';
import { parseJson } from '../core/parse-json.ts';
import { err, ok, type Result } from '../core/result.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const statementSchema = z.strictObject({
  /** No seal's format: neither can be taken for the other. */
  format: z.literal('retention-1'),
  /** Wall clock of whoever removed them, epoch milliseconds. */
  atMs: z.number().int(),
  /** Decisions from and to these ordinals are in the database no more. */
  decisionsFrom: z.number().int().min(1),
  decisionsTo: z.number().int().min(1),
  /** The seal that ends with them: it and those before keep the root and the leaves of what was removed. */
  sealSeq: z.number().int().min(1),
  sealHash: hash,
  /** SHA-256 of the file that they were written to. */
  segmentHash: hash,
});

export type RetentionStatement = z.infer<typeof statementSchema>;

/** What the entry of a `retain` says in `after`: which rows left the log, signed by whoever may seal. */
export interface Retention {
  /** Canonical JSON of a {@link RetentionStatement}. */
  readonly statement: string;
  /** Ed25519 over the statement's bytes, 128 lower-case hex digits. */
  readonly signature: string;
  /** Says which of the pinned keys to check against; proves nothing. */
  readonly publicKeyId: string;
}

/** `signingKey` is the Ed25519 seed that seals, 64 hex digits. */
export function makeRetention(signingKey: string, facts: Omit<RetentionStatement, 'format'>): Retention {
  const statement = canonicalJson({ format: 'retention-1', ...facts } satisfies RetentionStatement);
  return {
    statement,
    signature: signEd25519(signingKey, statement),
    publicKeyId: ed25519KeyId(ed25519PublicKey(signingKey)),
  };
}

const entrySchema = z.object({
  verb: z.literal('retain'),
  after: z.strictObject({ statement: z.string(), signature: z.string(), publicKeyId: z.string() }),
});

/** Checks the retention that an entry's text tells of. */
export function openRetention(
  publicKeys: readonly string[],
  record: string,
): Result<RetentionStatement, string> {
  const entry = entrySchema.safeParse(parseJson(record));
  if (!entry.success) return err('it tells of no rows');
  const { statement, signature, publicKeyId } = entry.data.after;
  const key = publicKeys.find((known) => ed25519KeyId(known) === publicKeyId);
  if (key === undefined) return err('it is signed by none of the pinned keys');
  if (!/^[0-9a-f]{128}$/.test(signature) || !verifyEd25519(key, statement, signature))
    return err('its signature is wrong');
  const parsed = statementSchema.safeParse(parseJson(statement));
  return parsed.success ? ok(parsed.data) : err('its statement has another form');
}
