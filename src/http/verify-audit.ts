import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { hasReceipt } from '../audit/decision-record.ts';
import type { Finding } from '../audit/finding.ts';
import { createDatabaseLog } from '../audit/log-rows.ts';
import type { Seal } from '../audit/seal.ts';
import { lastSealed, type SealClaim } from '../audit/sealer.ts';
import { fromTheBeginning, type Verification, verifyLog } from '../audit/verify-log.ts';
import { messageOf } from '../core/message-of.ts';
import type { Database } from '../store/database.ts';
import { seals } from '../store/schema.ts';
import type { verificationSchema } from './audit-schemas.ts';
import { authenticateCharged, type ChargedAuthentication } from './authenticate-charged.ts';
import type { Handler } from './context.ts';
import { problemResponse } from './problem.ts';
import { wholeNumberOf } from './whole-number.ts';

interface VerifyAuditOptions extends ChargedAuthentication {
  readonly database: Database;
  readonly claim: Pick<SealClaim, 'latest'>;
  readonly receiptSecret: string;
  /** Ed25519 keys of 64 hex digits, of whoever may seal. */
  readonly publicKeys: readonly string[];
  /** Is told why the log could not be read, which the answer does not say. */
  readonly report: (failure: unknown) => void;
}

/** Seals and unsealed rows that one request looks at, at most: about what a Worker reads and hashes in a second. */
const sealsMax = 2;
const unsealedMax = 4_096;

/**
 * `GET /v1/audit/verify?afterSeal=`, for one token of the key's bucket: compares a part of the log with its seals, and what is not sealed with its hashes,
 * receipts and chains. `next` is the `afterSeal` of the next part, null behind the last, where the latest seal is compared
 * with the one that is known outside the database.
 */
export function createVerifyAuditRoute(options: VerifyAuditOptions): Handler {
  const { report } = options;
  return async (context) => {
    context.var.stages.begin('permit');
    const charged = await authenticateCharged(context, 'observe', options);
    if (!charged.ok) return charged.error;
    const { headers } = charged.value;
    const afterSeal = wholeNumberOf('afterSeal', context.req.query('afterSeal'), { fallback: 0, min: 0 });
    if (!afterSeal.ok) return problemResponse(afterSeal.error);
    context.var.stages.begin('verify');
    try {
      const verification = await verifyPart(options, afterSeal.value);
      return context.json(verification, 200, { ...headers, 'cache-control': 'no-store' });
    } catch (failure) {
      report(`audit: ${messageOf(failure)}`);
      return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    }
  };
}

async function verifyPart(options: VerifyAuditOptions, afterSeal: number) {
  const { database, claim, receiptSecret, publicKeys } = options;
  const latest = await claim.latest();
  if (!latest.ok) throw new Error(latest.error);
  const from = await startOf(options, afterSeal);
  if (!from) {
    return bodyOf({ ...nothingVerified, findings: [{ ...badSeal, ordinal: afterSeal }], findingCount: 1 });
  }
  const verified = await verifyLog(createDatabaseLog(database), {
    publicKeys,
    anchors: latest.value ? [latest.value] : [],
    hasReceipt: (row) => hasReceipt(receiptSecret, row),
    from,
    sealsMax,
    unsealedMax,
  });
  return bodyOf(verified);
}

const badSeal: Omit<Finding, 'ordinal'> = {
  kind: 'bad-seal',
  table: 'seals',
  id: null,
  detail: 'there is no good seal of this number',
};

const nothingVerified: Omit<Verification, 'findings' | 'findingCount'> = {
  sealedUpTo: fromTheBeginning,
  sealedAtMs: null,
  hasMore: false,
  unsealed: { decisions: 0, entries: 0 },
  retainedTo: 0,
  holes: [],
};

function bodyOf({ sealedAtMs, hasMore, ...verified }: Verification): z.infer<typeof verificationSchema> {
  return {
    intact: verified.findingCount === 0,
    ...verified,
    findings: [...verified.findings],
    holes: [...verified.holes],
    sealedAt: sealedAtMs === null ? null : new Date(sealedAtMs).toISOString(),
    next: hasMore ? verified.sealedUpTo.seq : null,
  };
}

/** The log up to a seal that is good by itself; undefined where it is not. */
async function startOf({ database, publicKeys }: VerifyAuditOptions, afterSeal: number) {
  if (afterSeal === 0) return fromTheBeginning;
  const [seal]: readonly Seal[] = await database.orm.select().from(seals).where(eq(seals.seq, afterSeal));
  const from = seal && lastSealed(publicKeys, seal);
  return from?.ok ? from.value : undefined;
}
