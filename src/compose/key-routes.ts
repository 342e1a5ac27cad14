import type { Config } from '../config.ts';
import { createApprove } from '../control/approvals.ts';
import { createCreateKey } from '../control/keys/create-key.ts';
import { createNewsOfKeys } from '../control/keys/news-of-keys.ts';
import { createRevokeKey } from '../control/keys/revoke-key.ts';
import { createRotateKey } from '../control/keys/rotate-key.ts';
import { createSetKeyLimits } from '../control/keys/set-key-limits.ts';
import { createTellKeys } from '../control/keys/tell-keys.ts';
import type { BodyLimits } from '../http/body.ts';
import { createSetLimitsRoute } from '../http/control/set-limits.ts';
import { createCreateKeyRoute } from '../http/keys/create-key.ts';
import { createListKeysRoute } from '../http/keys/list-keys.ts';
import { createRevokeKeyRoute } from '../http/keys/revoke-key.ts';
import { createRotateKeyRoute } from '../http/keys/rotate-key.ts';
import type { Runtime } from '../runtime.ts';
import { loadKeys } from '../store/keys.ts';
import type { AdaptersWithOrm } from './adapters.ts';

/** Who may do what: keys are made, rotated and revoked. */
export function keyHandlersOf(
  { authenticator, control, database, redis, trail, trace }: AdaptersWithOrm,
  { viewLifeMs, receiptSecret, resumeApprovals: approvalsNeeded }: Config,
  { runtime, bodyLimits }: { readonly runtime: Runtime; readonly bodyLimits: BodyLimits },
) {
  const { clock, timers, random, report } = runtime;
  const verbs = {
    ...{ database, trail, trace, random, clock, approvalsNeeded },
    approve: createApprove(redis),
    news: createNewsOfKeys({ tellKeys: createTellKeys(redis), clock, timers, report, viewLifeMs }),
  };
  const live = { authenticator, control, receiptSecret };
  return {
    list: createListKeysRoute({
      ...live,
      loadKeys: (after, countMax) => loadKeys(database, { after, countMax }),
    }),
    create: createCreateKeyRoute({ ...live, bodyLimits, createKey: createCreateKey(verbs) }),
    rotate: createRotateKeyRoute({ ...live, bodyLimits, rotateKey: createRotateKey(verbs) }),
    setLimits: createSetLimitsRoute({
      ...{ authenticator, control, bodyLimits },
      setKeyLimits: createSetKeyLimits(verbs),
    }),
    revoke: createRevokeKeyRoute({ authenticator, control, bodyLimits, revokeKey: createRevokeKey(verbs) }),
  };
}
