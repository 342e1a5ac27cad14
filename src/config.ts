import { canonicalJson } from './core/canonical-json.ts';
import { sha256Hex } from './core/digest.ts';
import { ed25519PublicKey, isEd25519PublicKey } from './core/ed25519.ts';
import { err, ok, type Result } from './core/result.ts';
import type { HaltKey } from './http/control/halt-keys.ts';
import { type EngineChoice, engineChoices } from './inference/chosen-engine.ts';

/** What a setting's text says, or what it takes. No fault tells the text, which may be a secret. */
type Setting<T> = (given: string | undefined) => Result<T, string>;

const notSet: Result<never, string> = err('is not set');

const text =
  (lengthMin: number): Setting<string> =>
  (given) => {
    if (given === undefined) return notSet;
    return given.length >= lengthMin ? ok(given) : err(`takes ${lengthMin} characters or more`);
  };

const address: Setting<string> = (given) => {
  if (given === undefined) return notSet;
  return URL.canParse(given) ? ok(given.trim()) : err('takes a URL');
};

const integer =
  (fallback: number, min: number, max: number): Setting<number> =>
  (given) => {
    if (given === undefined) return ok(fallback);
    const value = Number(given);
    const fits = Number.isInteger(value) && value >= min && value <= max;
    return fits ? ok(value) : err(`takes a whole number of ${min} to ${max}`);
  };

const oneOf =
  <T extends string>(values: readonly T[], fallback?: T): Setting<T> =>
  (given) => {
    const value = values.find((known) => known === (given ?? fallback));
    if (value !== undefined) return ok(value);
    return given === undefined ? notSet : err(`takes ${values.map((known) => `"${known}"`).join(' or ')}`);
  };

const matching =
  (pattern: RegExp, takes: string): Setting<string> =>
  (given) => {
    if (given === undefined) return notSet;
    return pattern.test(given) ? ok(given) : err(takes);
  };

const listOf = (given: string): readonly string[] => given.split(',').map((part) => part.trim());

const isPublicKey = (key: string): boolean => /^[0-9a-f]{64}$/.test(key) && isEd25519PublicKey(key);

const publicKeys: Setting<readonly string[]> = (given) => {
  if (given === undefined) return notSet;
  const keys = listOf(given);
  return keys.every(isPublicKey) ? ok(keys) : err('takes Ed25519 public keys of 64 lower-case hex digits');
};

/** The setting, where it is given and not empty; else what stands for that. */
const orElse =
  <T>(absent: T, setting: Setting<T>): Setting<T> =>
  (given) =>
    given === undefined || given === '' ? ok(absent) : setting(given);

const names: Setting<readonly string[]> = (given) =>
  given === '' ? err('takes names') : ok(listOf(given ?? 'spx-1d'));

const haltKeys: Setting<readonly HaltKey[]> = (given) => {
  const entries = listOf(given ?? '');
  if (!entries.every((entry) => /^[A-Za-z0-9_-]{1,64}:[0-9a-f]{64}$/.test(entry)))
    return err('takes <id>:<SHA-256 of the secret, 64 lower-case hex digits>, separated by commas');
  const keys = entries.map(haltKeyOf);
  return new Set(keys.map(({ id }) => id)).size === keys.length ? ok(keys) : err('names an id twice');
};

const heartbeatMs: Setting<number> = (given) => {
  const digits = matching(/^(0|[1-9]\d{3,7})$/, 'takes 0 (off) or 1000 to 99999999 ms')(given);
  return digits.ok ? ok(Number(digits.value)) : digits;
};

const ifSet =
  <T>(setting: Setting<T>): Setting<T | undefined> =>
  (given) =>
    given === undefined ? ok(undefined) : setting(given);

const seed = matching(
  /^([0-9a-f]{64}|none)$/,
  'takes an Ed25519 seed of 64 lower-case hex digits, or `none`',
);

const settings = {
  /** `local` admits test bundles and a plain-HTTP store; anything else is `production`. */
  ENVIRONMENT: oneOf(['local', 'production']),
  UPSTASH_REDIS_REST_URL: address,
  UPSTASH_REDIS_REST_TOKEN: text(1),
  TURSO_DATABASE_URL: address,
  TURSO_AUTH_TOKEN: text(1),
  /** Signs receipts. */
  RECEIPT_SECRET: text(32),
  /** Bundles to serve, in order of preference for a symbol. */
  MODELS: names,
  /**
   * Ed25519 public keys, 64 lower-case hex digits each. A bundle that none of them has signed is not served, and without
   * any there is nothing to serve: so there is no default.
   */
  BUNDLE_PUBLIC_KEYS: publicKeys,
  /** What runs the models; see inference/chosen-engine.ts. */
  INFERENCE_ENGINE: oneOf(engineChoices, 'kernel-or-ort'),
  /** Ed25519 public keys of whoever may seal the log, 64 hex digits each. Production needs one: without, nothing proves the log. */
  SEAL_PUBLIC_KEYS: orElse([], publicKeys),
  /** Ed25519 seed that seals the log, on the one deployment that does; `none` on the others, which production has to say. */
  SEAL_SIGNING_KEY: ifSet(seed),
  BODY_BYTES_MAX: integer(262_144, 1_024, 4_194_304),
  /** Of a batch, which holds up to 256 requests. */
  BATCH_BODY_BYTES_MAX: integer(2_097_152, 1_024, 8_388_608),
  BODY_DEADLINE_MS: integer(5_000, 100, 30_000),
  /** Life of a stream, after which it ends with 1012. */
  STREAM_LIFE_MS: integer(1_800_000, 1_000, 3_600_000),
  /** Decisions of a stream, after which it ends so too: on Workers below 30 s of processor time. */
  STREAM_DECISIONS_MAX: integer(500_000, 1, 1_000_000_000),
  /** Streams of one key in an isolate, which holds 64 in all. */
  STREAMS_PER_KEY_MAX: integer(16, 1, 64),
  BARS_MAX: integer(1_000, 64, 10_000),
  /** Life of the control view; what it means for a halt is told in control/view-holder.ts. */
  VIEW_LIFE_MS: integer(1_000, 100, 1_000),
  CONTROL_DEADLINE_MS_MAX: integer(250, 20, 1_000),
  DATABASE_DEADLINE_MS: integer(3_000, 100, 8_000),
  /**
   * Memory for records that wait, counted as if every character took two bytes. At most a quarter of a Worker's
   * 128 MB: engine, code and requests take about half, and a batch on its way is held a few times over. An
   * ordinary record is all Latin-1 and takes half of what is counted, so the default holds 16 MiB of them.
   */
  LOG_PENDING_BYTES_MAX: integer(33_554_432, 4_096, 33_554_432),
  /** Resident memory above which optional work is left out, and a quarter above which requests are. Workers do not tell theirs. */
  MEMORY_BYTES_SOFT: integer(1_073_741_824, 67_108_864, 68_719_476_736),
  /**
   * Keys that may halt and reduce and nothing else, known without any store: `<id>:<SHA-256 of its secret in lower-case hex>`
   * each, separated by commas. Without any, a halt waits for libSQL where an isolate has not seen the key before.
   */
  HALT_KEYS: orElse([], haltKeys),
  /**
   * The dead man's switch: after so long without an operator's heartbeat only exits leave. 0 is off, and has to be said: nobody
   * should find out that it was.
   */
  OPERATOR_HEARTBEAT_MS_MAX: heartbeatMs,
  /** People who have to let a halt end; each with a key of its own. */
  RESUME_APPROVALS: oneOf(['1', '2'], '1'),
  /** Alpaca's market data API, or what speaks as it does; without it clients send bars or features. */
  MARKET_DATA_URL: ifSet(address),
  MARKET_DATA_KEY_ID: ifSet(text(1)),
  MARKET_DATA_SECRET: ifSet(text(1)),
  MARKET_DATA_DEADLINE_MS: integer(800, 50, 5_000),
  /** Bars of before stand in for a source that fails for so long, and let exposure only shrink. */
  MARKET_DATA_CACHED_MS_MAX: integer(300_000, 0, 3_600_000),
  /** How long after a session's close the bar before it still counts as fresh. */
  FRESHNESS_GRACE_MS: integer(3_600_000, 0, 86_400_000),
};

type Settings = typeof settings;
/** What the settings say. */
type Given = { readonly [Name in keyof Settings]: Settings[Name] extends Setting<infer T> ? T : never };

/** Workers also bind numbers. What is neither that nor text is as good as not set. */
function saidIn(env: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = env[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** Every setting by its name, or what is wrong with each. */
function readSettings(env: Environment): Result<Given, readonly string[]> {
  const faults: string[] = [];
  const given: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    const read = setting(saidIn(env, name));
    if (read.ok) given[name] = read.value;
    else faults.push(`${name}: ${read.error}`);
  }
  return faults.length > 0 ? err(faults) : ok(given as Given);
}

function haltKeyOf(entry: string): HaltKey {
  const [id = '', secretSha256 = ''] = entry.split(':');
  return { id, secretSha256 };
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly environment: 'local' | 'production';
  readonly redis: { readonly url: string; readonly token: string };
  readonly database: { readonly url: string; readonly authToken: string; readonly deadlineMs: number };
  readonly receiptSecret: string;
  readonly models: readonly string[];
  readonly inferenceEngine: EngineChoice;
  readonly bundlePublicKeys: readonly string[];
  readonly sealPublicKeys: readonly string[];
  /** Null where this deployment does not seal. */
  readonly sealSigningKey: string | null;
  readonly bodyBytesMax: number;
  readonly batchBodyBytesMax: number;
  readonly bodyDeadlineMs: number;
  readonly streamLifeMs: number;
  readonly streamDecisionsMax: number;
  readonly barsMax: number;
  readonly viewLifeMs: number;
  readonly controlDeadlineMsMax: number;
  readonly logPendingBytesMax: number;
  readonly freshnessGraceMs: number;
  readonly memoryBytesSoft: number;
  readonly streamsPerKeyMax: number;
  readonly haltKeys: readonly HaltKey[];
  /** 0 where the dead man's switch is off. */
  readonly operatorHeartbeatMsMax: number;
  /** Keys that have to ask for a resume. */
  readonly resumeApprovals: 1 | 2;
  /** Null where clients send all data. */
  readonly marketData: {
    readonly url: string;
    readonly keyId: string;
    readonly secret: string;
    readonly deadlineMs: number;
  } | null;
  readonly marketDataCachedMsMax: number;
  /** SHA-256 over everything above but addresses, secrets and what only operators meet: what a decision depends on. */
  readonly hash: string;
}

/** Environment to frozen Config, or every fault at once. */
export function parseConfig(env: Environment): Result<Config, readonly string[]> {
  const read = readSettings(env);
  const faults = [
    ...(read.ok ? [] : read.error),
    ...addressFaults('UPSTASH_REDIS_REST_URL', ['https:'], env),
    ...addressFaults('TURSO_DATABASE_URL', ['https:', 'libsql:'], env),
    ...addressFaults('MARKET_DATA_URL', ['https:'], env),
    ...(read.ok ? [...sealFaults(read.value), ...marketDataFaults(read.value)] : []),
  ];
  if (!read.ok || faults.length > 0) return err(faults);
  const given = read.value;
  const behaviour = {
    environment: given.ENVIRONMENT,
    models: given.MODELS,
    inferenceEngine: given.INFERENCE_ENGINE,
    bundlePublicKeys: given.BUNDLE_PUBLIC_KEYS,
    bodyBytesMax: given.BODY_BYTES_MAX,
    batchBodyBytesMax: given.BATCH_BODY_BYTES_MAX,
    bodyDeadlineMs: given.BODY_DEADLINE_MS,
    streamLifeMs: given.STREAM_LIFE_MS,
    streamDecisionsMax: given.STREAM_DECISIONS_MAX,
    barsMax: given.BARS_MAX,
    viewLifeMs: given.VIEW_LIFE_MS,
    controlDeadlineMsMax: given.CONTROL_DEADLINE_MS_MAX,
    logPendingBytesMax: given.LOG_PENDING_BYTES_MAX,
    freshnessGraceMs: given.FRESHNESS_GRACE_MS,
  };
  return ok(
    Object.freeze({
      ...behaviour,
      redis: { url: given.UPSTASH_REDIS_REST_URL, token: given.UPSTASH_REDIS_REST_TOKEN },
      database: {
        url: given.TURSO_DATABASE_URL,
        authToken: given.TURSO_AUTH_TOKEN,
        deadlineMs: given.DATABASE_DEADLINE_MS,
      },
      receiptSecret: given.RECEIPT_SECRET,
      sealPublicKeys: given.SEAL_PUBLIC_KEYS,
      sealSigningKey: sealSigningKeyOf(given),
      memoryBytesSoft: given.MEMORY_BYTES_SOFT,
      streamsPerKeyMax: given.STREAMS_PER_KEY_MAX,
      haltKeys: given.HALT_KEYS,
      operatorHeartbeatMsMax: given.OPERATOR_HEARTBEAT_MS_MAX,
      marketData: marketDataOf(given),
      marketDataCachedMsMax: given.MARKET_DATA_CACHED_MS_MAX,
      resumeApprovals: given.RESUME_APPROVALS === '2' ? 2 : 1,
      hash: sha256Hex(canonicalJson(behaviour)),
    }),
  );
}

/** Seals that nobody could check are none; and in production nobody forgets them without a word. */
function sealFaults(given: Given): readonly string[] {
  const key = sealSigningKeyOf(given);
  const pinned = given.SEAL_PUBLIC_KEYS;
  const isProduction = given.ENVIRONMENT === 'production';
  const faults: string[] = [];
  if (key !== null && !pinned.includes(ed25519PublicKey(key)))
    faults.push('SEAL_SIGNING_KEY: its public half is not among SEAL_PUBLIC_KEYS');
  if (isProduction && given.SEAL_SIGNING_KEY === undefined)
    faults.push('SEAL_SIGNING_KEY: takes a seed, or `none` where another deployment seals the log');
  if (isProduction && pinned.length === 0)
    faults.push('SEAL_PUBLIC_KEYS: takes the public key of whoever seals the log');
  return faults;
}

const sealSigningKeyOf = ({ SEAL_SIGNING_KEY: key }: Given): string | null =>
  key === undefined || key === 'none' ? null : key;

/** A source has a key; a key without one is a source that somebody forgot. */
function marketDataFaults(given: Given): readonly string[] {
  const named = ['MARKET_DATA_URL', 'MARKET_DATA_KEY_ID', 'MARKET_DATA_SECRET'] as const;
  const missing = named.filter((name) => given[name] === undefined);
  const isWhole = missing.length === 0 || missing.length === named.length;
  return isWhole ? [] : missing.map((name) => `${name}: goes with ${named.join(', ')}`);
}

function marketDataOf(given: Given): Config['marketData'] {
  const { MARKET_DATA_URL: url, MARKET_DATA_KEY_ID: keyId, MARKET_DATA_SECRET: secret } = given;
  if (url === undefined || keyId === undefined || secret === undefined) return null;
  return { url, keyId, secret, deadlineMs: given.MARKET_DATA_DEADLINE_MS };
}

/** What the catalog is loaded by. */
interface CatalogConfig {
  readonly names: readonly string[];
  readonly publicKeys: readonly string[];
  readonly allowTestBundles: boolean;
  readonly engine: EngineChoice;
}

/**
 * What the catalog is loaded by, also where other settings are faulty, so that its faults can be listed with theirs.
 * Where ENVIRONMENT says nothing valid no test bundle is a fault yet; the service does not start anyway.
 */
export function parseCatalogConfig(env: Environment): CatalogConfig {
  const { MODELS, BUNDLE_PUBLIC_KEYS, INFERENCE_ENGINE, ENVIRONMENT } = settings;
  const environment = ENVIRONMENT(saidIn(env, 'ENVIRONMENT'));
  return {
    names: valueOr([], MODELS(saidIn(env, 'MODELS'))),
    publicKeys: valueOr([], BUNDLE_PUBLIC_KEYS(saidIn(env, 'BUNDLE_PUBLIC_KEYS'))),
    allowTestBundles: !environment.ok || environment.value !== 'production',
    engine: valueOr('kernel-or-ort', INFERENCE_ENGINE(saidIn(env, 'INFERENCE_ENGINE'))),
  };
}

const valueOr = <T>(fallback: T, read: Result<T, string>): T => (read.ok ? read.value : fallback);

/**
 * What is wrong with a store's address beyond its form, which the schema judges. Plain HTTP is a fault only where
 * ENVIRONMENT is known to be production. A query is none of ours: libSQL's `tls=0` turns encryption off, its
 * `authToken` would go before TURSO_AUTH_TOKEN.
 */
function addressFaults(
  name: 'UPSTASH_REDIS_REST_URL' | 'TURSO_DATABASE_URL' | 'MARKET_DATA_URL',
  encrypted: readonly string[],
  env: Environment,
): readonly string[] {
  const address = env[name];
  if (address === undefined || !URL.canParse(address)) return [];
  const { protocol, search, hash, username, password } = new URL(address);
  const isProduction = env['ENVIRONMENT'] === 'production';
  const allowed = isProduction ? encrypted : [...encrypted, 'http:'];
  const faults: string[] = [];
  if (protocol === 'http:' && isProduction) {
    faults.push(`${name}: plain http is accepted only where ENVIRONMENT is local`);
  } else if (!allowed.includes(protocol)) {
    faults.push(`${name}: takes ${allowed.join(' or ')} and not ${protocol}`);
  }
  if (`${search}${hash}${username}${password}` !== '') {
    faults.push(`${name}: takes neither user, query nor fragment`);
  }
  return faults;
}
