/** One change of the source. */
export interface Edit {
  /** Below the repository's root. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly search: string;
  readonly replace: string;
}

/** One rule of the production code, broken: in every place that guards it. */
export interface Mutation {
  readonly name: string;
  readonly edits: readonly Edit[];
}

const mutation = (name: string, file: string, search: string, replace: string): Mutation => ({
  name,
  edits: [{ file, search, replace }],
});

/**
 * Rules without which somebody could lose money. The simulation has to catch every one of them: a simulator that does not
 * is blind to real faults of the same kind.
 */
export const mutations: readonly Mutation[] = [
  mutation(
    'a view lives three times as long',
    'src/control/view-holder.ts',
    'expiresAtMs: sentAtMs + viewLifeMs',
    'expiresAtMs: sentAtMs + 3 * viewLifeMs',
  ),
  mutation(
    'a view lives from the younger of its readings',
    'src/control/view-holder.ts',
    'holdSince(Math.min(syncSentAtMs, durableSentAtMs))',
    'holdSince(Math.max(syncSentAtMs, durableSentAtMs))',
  ),
  mutation(
    'any other epoch wins',
    'src/control/control-state.ts',
    'left.epoch > right.epoch ||',
    'left.epoch !== right.epoch ||',
  ),
  mutation('HALTED lets everything pass', 'src/risk/check.ts', "return effect === 'none';", 'return true;'),
  mutation(
    'REDUCING lets everything pass',
    'src/risk/check.ts',
    "return effect === 'none' || isExit(effect);",
    'return true;',
  ),
  mutation(
    'an answer that waited for its record is not looked at again',
    'src/decision/pipeline.ts',
    'if (written.ok && stillHolds(parts, question, answer, epoch)) return answered();',
    'if (written.ok) return answered();',
  ),
  mutation(
    'acked is said whatever the database answers',
    'src/decision/pipeline.ts',
    'if (written.ok && stillHolds(parts, question, answer, epoch)) return answered();',
    'if (stillHolds(parts, question, answer, epoch)) return answered();',
  ),
  {
    // Either place alone would do: the isolate drops what such a Redis granted, and tells it.
    name: 'a Redis that knows a lower epoch is believed',
    edits: [
      {
        file: 'src/control/lua/sync.ts',
        search: 'if not epoch or epoch < tonumber(ARGV[1]) then',
        replace: 'if not epoch then',
      },
      {
        file: 'src/control/lease.ts',
        search: "reply.value.kind === 'stale' || isBehind(reply.value.control, holder.highest())",
        replace: "reply.value.kind === 'stale'",
      },
    ],
  },
  mutation('a grant is not debited', 'src/control/lua/sync.ts', 'tokens = tokens - granted * 1000000', ''),
  mutation(
    'a bucket gives what is wanted',
    'src/control/lua/sync.ts',
    'local granted = math.min(wanted, math.floor(tokens / 1000000))',
    'local granted = wanted',
  ),
  mutation(
    'an empty ledger admits',
    'src/control/ledger.ts',
    'if (!bucket || !spend(bucket, nowMs, tokens)) return false;',
    'if (!bucket) return false;',
  ),
  mutation(
    'a seed may lower the epoch',
    'src/control/lua/merge.ts',
    'state.epoch = math.max(state.epoch, epoch)',
    'state.epoch = epoch',
  ),
  mutation(
    'revocations are not kept',
    'src/control/revoked-keys.ts',
    'for (const keyId of keyIds) revoked.add(keyId);',
    '',
  ),
  mutation(
    'any secret is the right one',
    'src/http/auth.ts',
    'return goodSecretsOf(row).some((good) => equalInConstantTime(secretSha256, good));',
    'return true;',
  ),
  mutation(
    'an idempotency key is good for any body',
    'src/control/lua/claim.ts',
    "if hash ~= ARGV[2] then return { 'outcome', 'mismatch' } end",
    '',
  ),
  mutation(
    'who claims a key that is being answered may answer too',
    'src/control/lua/claim.ts',
    "return { 'outcome', 'in-progress' }",
    "return { 'outcome', 'claimed' }",
  ),
  mutation(
    'a claim that Redis does not answer is taken for granted',
    'src/decision/idempotency.ts',
    "{ kind: 'unavailable', detail: reply.error }",
    "{ kind: 'claimed', claim }",
  ),
  mutation(
    'a kept answer is valid for a minute more',
    'src/control/lua/claim.ts',
    'tonumber(held[2]) + tonumber(validUntilMs))',
    'tonumber(held[2]) + tonumber(validUntilMs) + 60000)',
  ),
  mutation(
    'an answer from before a newer epoch is brought back',
    'src/control/lua/claim.ts',
    'if past or epoch < known then',
    'if past then',
  ),
  mutation(
    'the chain of records does not move on',
    'src/audit/chain.ts',
    'head = linkHash({ ...pickLinkable(record), ...link });',
    '',
  ),
  mutation(
    'a record is linked anew whenever it is sent',
    'src/audit/chain.ts',
    'linked.get(record) ?? next(record)',
    'next(record)',
  ),
  mutation(
    'a record is forgotten when a write fails',
    'src/audit/decision-log.ts',
    "if (owner?.id !== me.id) return 'later';",
    "pending.written(batch);\n    if (owner?.id !== me.id) return 'later';",
  ),
  mutation(
    'a call to libSQL has no deadline',
    'src/store/database.ts',
    'fetch(input, { signal: AbortSignal.timeout(deadlineMs) })',
    'fetch(input)',
  ),
  mutation(
    'an owner that died keeps the refresh',
    'src/control/refresh.ts',
    'owner !== undefined && nowMs < owner.deadlineAtMs + orphanedAfterMs',
    'owner !== undefined',
  ),
  mutation(
    'a read of libSQL that was cut off stays under way',
    'src/control/durable-reading.ts',
    'underWay !== undefined && nowMs < underWay.sentAtMs + readMsMax',
    'underWay !== undefined',
  ),
  mutation(
    'BUY and SELL are exchanged',
    'src/decision/policy.ts',
    "if (score >= policy.buyAtLeast) return 'BUY';",
    "if (score <= policy.sellAtMost) return 'BUY';",
  ),
  mutation(
    'against a position everything reduces',
    'src/decision/policy.ts',
    "if (adds) return 'increase';",
    '',
  ),
  mutation(
    'Redis alone prolongs a view for ever',
    'src/control/view-holder.ts',
    'const durableAgeMsMax = 30_000;',
    'const durableAgeMsMax = 30_000_000;',
  ),
];
