import { blob, index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Who may call. The secret itself is never stored. */
export const apiKeys = sqliteTable('api_keys', {
  id: text('id').primaryKey(),
  /** SHA-256 of the secret, lower-case hex. The secret has 256 random bits, so no slow hash is needed. */
  secretSha256: text('secret_sha256').notNull(),
  account: text('account').notNull(),
  /** JSON array of scopes. */
  scopes: text('scopes').notNull(),
  ratePerSecond: integer('rate_per_second').notNull(),
  burst: integer('burst').notNull(),
  createdAtMs: integer('created_at_ms').notNull(),
  revokedAtMs: integer('revoked_at_ms'),
  /** Of the secret before the present one, after a rotation; good too until `previousUntilMs`. */
  previousSecretSha256: text('previous_secret_sha256'),
  previousUntilMs: integer('previous_until_ms'),
  /** Whose it is where two people have to agree: whoever made it, or gave it its secret, alone; null for a person of its own. */
  person: text('person'),
});

/**
 * Every change of the trading state, one row an epoch. Of each target the row with the highest epoch is in force; no
 * row of `global` means a fresh deployment, which is HALTED. Rows are only ever added: an epoch cannot be taken back.
 */
export const controlEpochs = sqliteTable(
  'control_epochs',
  {
    epoch: integer('epoch').primaryKey(),
    tradingState: text('trading_state', { enum: ['ACTIVE', 'REDUCING', 'HALTED'] }).notNull(),
    registryEpoch: integer('registry_epoch').notNull(),
    changedAtMs: integer('changed_at_ms').notNull(),
    changedBy: text('changed_by').notNull(),
    reason: text('reason').notNull(),
    /** As risk/target.ts names it. */
    target: text('target').notNull().default('global'),
  },
  (table) => [index('control_epochs_target').on(table.target, table.epoch)],
);

/** A row's order of writing, which no VACUUM changes and, since rows are never removed, without holes from 1. */
const ordinal = integer('ordinal').primaryKey();

/** The writer's hash chain; see audit/chain.ts. 0 and '' in rows that are older than chains. */
const link = { chainSeq: integer('chain_seq').notNull(), prev: text('prev').notNull() };

/** One row an answered decision: what was asked, what was answered, and under which permission. */
export const decisions = sqliteTable(
  'decisions',
  {
    ordinal,
    id: text('id').notNull().unique(),
    /** The isolate that answered, and its counter: no two rows share both. */
    writer: text('writer').notNull(),
    seq: integer('seq').notNull(),
    ...link,
    account: text('account').notNull(),
    keyId: text('key_id').notNull(),
    symbol: text('symbol').notNull(),
    /** `*` in a batch's row, where its items have none in common; so is `symbol`. */
    action: text('action', { enum: ['BUY', 'SELL', 'HOLD', '*'] }).notNull(),
    decidedAtMs: integer('decided_at_ms').notNull(),
    /** SHA-256 of `record`'s bytes, lower-case hex. */
    recordHash: text('record_hash').notNull(),
    /** The record in canonical JSON (RFC 8785). */
    record: text('record').notNull(),
    /** HMAC over `record_hash`; a row edited in place cannot have the right one. */
    receipt: text('receipt').notNull(),
    /** A batch's row: what is each item's own, a JSON array; `record` holds the rest and a hash of each. Null in any other row. */
    items: text('items'),
  },
  (table) => [index('decisions_account_time').on(table.account, table.decidedAtMs)],
);

/** One row a verb of an operator, or of the service itself, that changed something: who, when, why, from where, and what. */
export const auditEntries = sqliteTable(
  'audit_entries',
  {
    ordinal,
    id: text('id').notNull().unique(),
    /** The isolate or command that performed the verb, and its counter, which it shares with its decisions. */
    writer: text('writer').notNull(),
    seq: integer('seq').notNull(),
    ...link,
    atMs: integer('at_ms').notNull(),
    /** Id of the key that asked; null where the service acted by itself. */
    keyId: text('key_id'),
    /** The key's account; null where the service acted by itself. */
    account: text('account'),
    verb: text('verb').notNull(),
    target: text('target').notNull(),
    /** SHA-256 of `record`'s bytes, lower-case hex. */
    recordHash: text('record_hash').notNull(),
    /** The entry in canonical JSON (RFC 8785). */
    record: text('record').notNull(),
    /** HMAC over `record_hash`. */
    receipt: text('receipt').notNull(),
  },
  (table) => [index('audit_entries_target').on(table.target)],
);

/** One row a bundle that was uploaded: content-addressed, and never removed, since a replay needs what a record names. */
export const bundles = sqliteTable('bundles', {
  /** SHA-256 of the canonical manifest, lower-case hex. */
  hash: text('hash').primaryKey(),
  name: text('name').notNull(),
  /** `manifest.json` as it was uploaded. */
  manifest: text('manifest').notNull(),
  /** `signature.json` as it was uploaded. */
  signature: text('signature').notNull(),
  modelSha256: text('model_sha256').notNull(),
  uploadedAtMs: integer('uploaded_at_ms').notNull(),
  /** Id of the key that uploaded it, which may not promote it. */
  uploadedBy: text('uploaded_by').notNull(),
});

/** The ONNX files of bundles by their SHA-256, where no other store of models is bound. */
export const bundleModels = sqliteTable('bundle_models', {
  sha256: text('sha256').primaryKey(),
  content: blob('content', { mode: 'buffer' }).notNull(),
});

/**
 * Every change of an alias, one row a registry epoch; rows are only ever added. In force is, of each name and alias, the
 * row of the highest epoch, and the registry's epoch is the highest of all.
 */
export const modelAliases = sqliteTable(
  'model_aliases',
  {
    registryEpoch: integer('registry_epoch').primaryKey(),
    name: text('name').notNull(),
    alias: text('alias', { enum: ['production', 'candidate', 'light', 'rules'] }).notNull(),
    bundleHash: text('bundle_hash').notNull(),
    changedAtMs: integer('changed_at_ms').notNull(),
    changedBy: text('changed_by').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [index('model_aliases_name').on(table.name, table.alias, table.registryEpoch)],
);

/** Signed summaries of what was in the log; see audit/seal.ts, whose words these are. */
export const seals = sqliteTable('seals', {
  seq: integer('seq').primaryKey(),
  atMs: integer('at_ms').notNull(),
  statement: text('statement').notNull(),
  signature: text('signature').notNull(),
  publicKeyId: text('public_key_id').notNull(),
  leaves: text('leaves').notNull(),
});

/**
 * Models against each other, one row an epoch of each: the row with the highest is in force. Rows are only ever added, so
 * of two that change the same experiment at once only one can.
 */
export const experiments = sqliteTable(
  'experiments',
  {
    name: text('name').notNull(),
    epoch: integer('epoch').notNull(),
    /** Epoch under whose terms trials are made, and those that count. */
    trialEpoch: integer('trial_epoch').notNull(),
    state: text('state', { enum: ['running', 'stopped', 'demoted'] }).notNull(),
    /** JSON; see experiments/experiment-terms.ts. */
    terms: text('terms').notNull(),
    changedAtMs: integer('changed_at_ms').notNull(),
    changedBy: text('changed_by').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.epoch] })],
);

/** What both arms of an experiment would have done on a symbol's bar; the first decision on it makes the row. */
export const trials = sqliteTable(
  'trials',
  {
    experiment: text('experiment').notNull(),
    trialEpoch: integer('trial_epoch').notNull(),
    symbol: text('symbol').notNull(),
    /** Start of the last bar that was decided on; of an XNYS bar, midnight UTC of its session. */
    barMs: integer('bar_ms').notNull(),
    decisionId: text('decision_id').notNull(),
    decidedAtMs: integer('decided_at_ms').notNull(),
    productionAction: text('production_action', { enum: ['BUY', 'SELL', 'HOLD'] }).notNull(),
    productionSize: real('production_size').notNull(),
    /** Code of a HOLD, null for a BUY or SELL. */
    productionCode: text('production_code'),
    /** Version of the bundle that was in production then. */
    productionVersion: text('production_version').notNull(),
    candidateAction: text('candidate_action', { enum: ['BUY', 'SELL', 'HOLD'] }).notNull(),
    candidateSize: real('candidate_size').notNull(),
    candidateCode: text('candidate_code'),
  },
  (table) => [primaryKey({ columns: [table.experiment, table.trialEpoch, table.symbol, table.barMs] })],
);

/** What a symbol returned from a decision's fill to its horizon, as the decision's account reported it; the first report stays. */
export const outcomes = sqliteTable(
  'outcomes',
  {
    decisionId: text('decision_id').notNull(),
    horizonBars: integer('horizon_bars').notNull(),
    account: text('account').notNull(),
    symbol: text('symbol').notNull(),
    /** The last bar that was decided on, named as in trials; null where it was decided without bars. */
    barMs: integer('bar_ms'),
    outcome: real('outcome').notNull(),
    reportedAtMs: integer('reported_at_ms').notNull(),
    reportedBy: text('reported_by').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.decisionId, table.horizonBars] }),
    index('outcomes_bar').on(table.symbol, table.horizonBars, table.barMs),
  ],
);
