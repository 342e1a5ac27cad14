import type { SealClaim } from '../audit/sealer.ts';
import type { Config } from '../config.ts';
import type { BodyLimits } from '../http/body.ts';
import { createReadAuditRoute } from '../http/read-audit.ts';
import { createReadDecisionRoute } from '../http/read-decision.ts';
import { createReplayDecisionRoute } from '../http/replay-decision.ts';
import { createRestoreDecisionRoute } from '../http/restore-decision.ts';
import { createVerifyAuditRoute } from '../http/verify-audit.ts';
import { createModelByHash } from '../models/model-by-hash.ts';
import type { Runtime } from '../runtime.ts';
import type { AdaptersWithOrm, Models } from './adapters.ts';

export function storedDecisionRoutesOf(
  { authenticator, control, database, registry, source, trail }: AdaptersWithOrm,
  { receiptSecret, hash: configHash, freshnessGraceMs }: Config,
  {
    models: { shipped, loading },
    buildHash,
    bodyLimits,
  }: { readonly models: Models; readonly buildHash: string | null; readonly bodyLimits: BodyLimits },
) {
  const stored = { authenticator, control, database, receiptSecret };
  const modelByHash = createModelByHash({ ...loading, registry, shipped, source });
  return {
    readDecision: createReadDecisionRoute(stored),
    restoreDecision: createRestoreDecisionRoute({ ...stored, trail, bodyLimits }),
    replayDecision: createReplayDecisionRoute({
      ...stored,
      ...{ modelByHash, configHash, freshnessGraceMs, buildHash },
    }),
  };
}

export function auditRoutesOf(
  { authenticator, control, database }: AdaptersWithOrm,
  { receiptSecret, sealPublicKeys: publicKeys }: Config,
  { claim, report }: { readonly claim: SealClaim; readonly report: Runtime['report'] },
) {
  const shared = { authenticator, control, database, receiptSecret };
  return {
    readAudit: createReadAuditRoute(shared),
    verifyAudit: createVerifyAuditRoute({ ...shared, claim, publicKeys, report }),
  };
}
