import type { ScenarioName } from './scenarios/scenarios.ts';

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
  /** Whose seeds are tried first. */
  readonly shownBy?: ScenarioName;
}

const mutation = (
  name: string,
  file: string,
  search: string,
  replace: string,
  shownBy?: ScenarioName,
): Mutation => ({ name, edits: [{ file, search, replace }], ...(shownBy ? { shownBy } : {}) });

const mergesByEpoch: Edit = {
  file: 'src/control/control-state.ts',
  search: 'if (halted > 0 && halted >= resumed)',
  replace: 'if (halted > 0 && halted >= resumed && halted >= reduced)',
};
const mergesByEpochInRedis: Edit = {
  file: 'src/control/lua/merge.ts',
  search: 'if halted > 0 and halted >= resumed then',
  replace: 'if halted > 0 and halted >= resumed and halted >= reduced then',
};

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
    'bridged too long',
  ),
  mutation(
    'a resume of any epoch lifts a halt',
    'src/control/control-state.ts',
    'if (halted > 0 && halted >= resumed)',
    'if (halted > 0 && resumed === 0)',
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
    'if (written.ok && stillHolds(parts, question, sealed.answer, epoch)) return answered();',
    'if (written.ok) return answered();',
    'targets are halted',
  ),
  mutation(
    'acked is said whatever the database answers',
    'src/decision/pipeline.ts',
    'if (written.ok && stillHolds(parts, question, sealed.answer, epoch)) return answered();',
    'if (stillHolds(parts, question, sealed.answer, epoch)) return answered();',
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
    'seeded too late',
  ),
  mutation(
    'revocations are not kept',
    'src/control/revoked-keys.ts',
    'for (const keyId of keyIds) revoked.add(keyId);',
    '',
  ),
  mutation(
    'a secret that was rotated away stays good',
    'src/control/told-keys.ts',
    'isRetired: retired.has,',
    'isRetired: () => false,',
    'keys change',
  ),
  mutation(
    'who was proven before the news of a key is not proven again',
    'src/http/deciding.ts',
    'keysNews === line.control.keysNews() ? ok(undefined) : authenticate(exchange, line);',
    'ok(undefined);',
    'keys change',
  ),
  mutation(
    'any secret is the right one',
    'src/http/auth.ts',
    'return goodSecretOf(row, (good) => equalInConstantTime(secretSha256, good));',
    'return secretSha256;',
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
    'retried across a halt',
  ),
  mutation(
    'the chain of records does not move on',
    'src/audit/chain.ts',
    'head = linkHash({ writer, recordHash, receipt, chainSeq, prev });',
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
    "if (!isOwner(me)) return 'later';",
    "pending.written(batch);\n    if (!isOwner(me)) return 'later';",
  ),
  mutation(
    'a call to libSQL has no deadline',
    'src/store/libsql-client.ts',
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
    'reading cut off',
  ),
  mutation(
    'a halt of an account lets the account pass',
    'src/risk/decision-targets.ts',
    "{ kind: 'account', id: account },",
    '',
    'targets are halted',
  ),
  mutation(
    'a halt of a strategy lets the strategy pass',
    'src/risk/decision-targets.ts',
    "...(strategy === null ? [] : [{ kind: 'strategy', id: strategy } as const]),",
    '',
    'targets are halted',
  ),
  mutation(
    'the items of a batch are checked for the strategy of the first',
    'src/decision/seal-items.ts',
    'at, question, found, last, moment)',
    'at, { ...question, strategy: questions[0]?.strategy ?? null }, found, last, moment)',
    'targets are halted',
  ),
  mutation(
    'the items of an acknowledged batch are not looked at again',
    'src/decision/pipeline.ts',
    'if (!item || !question || stillHolds(parts, question, item, epoch)) return item;',
    'if (item || !question) return item;',
    'targets are halted',
  ),
  mutation(
    'a batch costs one token',
    'src/http/deciding.ts',
    'control.permit(bucket, exchange.scope, asked.tokens, lifeShareMin)',
    'control.permit(bucket, exchange.scope, 1, lifeShareMin)',
  ),
  {
    name: 'a reduction by a store that did not know of a halt lifts it',
    edits: [mergesByEpoch, mergesByEpochInRedis],
    shownBy: 'reduced beside a halt',
  },
  {
    // Each store keeps to it by itself, of two that differ the stricter is asked for again, and so does the merge.
    name: 'a reduction lifts a halt',
    edits: [
      mergesByEpoch,
      mergesByEpochInRedis,
      {
        file: 'src/control/lua/restrict.ts',
        search: 'if was and rank[was.state] > rank[asked] then asked = was.state end',
        replace: '',
      },
      {
        file: 'src/control/durable-control.ts',
        search: "WHEN 'HALTED' THEN 3 WHEN 'REDUCING' THEN 2 ELSE 1 END",
        replace: "WHEN 'HALTED' THEN 1 ELSE 1 END",
      },
      {
        file: 'src/control/halted-epoch-of.ts',
        search: "=== 'HALTED' ? haltedEpoch",
        replace: "=== 'HALTED' ? 0 * haltedEpoch",
      },
    ],
    shownBy: 'reduced beside a halt',
  },
  mutation(
    'what Redis lost is missed where its epoch is no lower',
    'src/control/control-state.ts',
    '(held.epoch < known.epoch || isMissing(held, known))',
    'held.epoch < known.epoch',
    'lost under a later epoch',
  ),
  mutation(
    'what Redis alone took stands where a resume that it forgot may be above it',
    'src/control/lua/restrict.ts',
    "if ARGV[9] == 'clock' then",
    'if false then',
    'halted over what Redis forgot',
  ),
  mutation(
    'one person resumes where two have to agree',
    'src/control/lua/approve-resume.ts',
    "if ARGV[2] == '1' then",
    'if true then',
  ),
  mutation(
    'one person who asks twice is two',
    'src/control/lua/approve.ts',
    "if not whose or whose == person then return { 'outcome', 'same', 'first', '' } end",
    '',
  ),
  mutation(
    'a silence of operators holds nothing back',
    'src/control/control-state.ts',
    "heartbeat === 'silent' && isStricter('REDUCING', state.tradingState)",
    "heartbeat === 'off' && isStricter('REDUCING', state.tradingState)",
    'operator falls silent',
  ),
  mutation(
    'a stream is told of the state of things once',
    'src/http/stream-session.ts',
    "if (state === this.#told || this.#state === 'closed') return;",
    "if (this.#told !== undefined || this.#state === 'closed') return;",
    'stream under halts',
  ),
  mutation(
    'the window of a stream costs nothing',
    'src/http/stream-session.ts',
    'if (!(await this.#permit(1, frame))) return;',
    '',
    'stream under halts',
  ),
  mutation(
    'a lower rung answers without a failed member',
    'src/decision/ladder.ts',
    "if (state === 'closed' || state === 'tripped') return question;",
    "if (state === 'tripped') return question;",
  ),
  mutation(
    'the registry is not followed',
    'src/models/registry.ts',
    'const isBehind = registryEpoch > holder.current().registryEpoch;',
    'const isBehind = false;',
    'models are replaced',
  ),
  mutation(
    'a model of the name is taken for the bundle that is in force',
    'src/models/next-catalog.ts',
    'bundle.hash === bundleHash && bundle.manifest.name === name',
    'bundle.manifest.name === name',
    'models are replaced',
  ),
  mutation(
    'a model is given back while requests use it',
    'src/models/catalog-holder.ts',
    'inFlight > 0 && clock.monotonicMs()',
    'inFlight > Infinity && clock.monotonicMs()',
    'models are replaced',
  ),
  {
    name: 'failures of the model are not counted',
    edits: [
      {
        file: 'src/decision/score-guarded.ts',
        search: 'failed: scored.some((row) => !row.ok), tookMs',
        replace: 'failed: false, tookMs',
      },
      {
        file: 'src/decision/score-guarded.ts',
        search: 'failed: !scored.ok, tookMs',
        replace: 'failed: false, tookMs',
      },
    ],
    shownBy: 'model fails',
  },
  mutation(
    'any number of probes is let through',
    'src/control/lua/breakers.ts',
    'if not breaker.leases[lease] and used < report.probes then',
    'if not breaker.leases[lease] then',
    'model fails',
  ),
  mutation(
    'one probe closes a breaker',
    'src/control/lua/breakers.ts',
    'if breaker.successes >= report.probes then',
    'if breaker.successes >= 1 then',
    'model fails',
  ),
  mutation(
    'a report of a state of before opens a breaker',
    'src/control/lua/breakers.ts',
    "if kind == 'open' and breaker.state == 'closed' and (isSame or isLater) then",
    "if kind == 'open' and breaker.state == 'closed' then",
    'model fails',
  ),
  mutation(
    'a dead prober keeps its lease',
    'src/control/lua/breakers.ts',
    'if leftUs > 0 and leftUs <= leaseUs then',
    'if leaseUs then',
    'model fails',
  ),
  mutation(
    'bars of before let exposure grow while their source fails',
    'src/decision/judge-questions.ts',
    'isCached ? exitOnly(intended) : intended',
    'intended',
    'market data fails',
  ),
  mutation(
    'failures of the market data source are not counted',
    'src/decision/supply-bars.ts',
    '{ failed: hasFailed, tookMs: nowMs - startedAtMs }',
    '{ failed: false, tookMs: 0 }',
    'market data fails',
  ),
  mutation(
    'an override is good for any number of decisions',
    'src/control/lua/overrides.ts',
    "override.state, override.by = 'used', ARGV[3]",
    'override.by = ARGV[3]',
    'overrides are used',
  ),
  mutation(
    'an override outlives a word on the trading state',
    'src/control/lua/overrides.ts',
    "if epoch ~= tonumber(override.epoch) then override.now = 'superseded' end",
    '',
    'overrides are used',
  ),
  mutation(
    'a clock stands still while its machine sleeps',
    'functions/sleepless-clock.ts',
    'if (nowAheadMs - aheadMs > correctedMsMax) sleptMs += nowAheadMs - aheadMs;',
    '',
    'machine sleeps',
  ),
  {
    // Either place alone would do, but for news that come while the body is read.
    name: 'who lets trading go is proven before the isolate has heard of keys',
    edits: [
      {
        file: 'src/http/control/live-operator-request.ts',
        search: 'if (!(await control.ensure(scope))) return err(unavailable);',
        replace: '',
      },
      {
        file: 'src/http/control/live-operator-request.ts',
        search: '!control.isRevoked(principal.id) && !principal.isRetired()',
        replace: '!control.isRevoked(principal.id)',
      },
    ],
    shownBy: "an operator's key changes",
  },
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
    'bridged too long',
  ),
];
