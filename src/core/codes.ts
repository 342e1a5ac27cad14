/**
 * The closed code list: every reason a request is refused or a decision is held, and nothing else.
 * `problem` codes end a request with an RFC 9457 body; `hold` codes explain a HOLD in `reasons[]`.
 * A code is never renamed or reused: clients switch on it.
 */
export const problemCodes = {
  BODY_TOO_LARGE: { status: 413, title: 'The body is larger than the limit' },
  BODY_TIMEOUT: { status: 408, title: 'The body did not arrive in time' },
  NOT_JSON: { status: 400, title: 'The body is not JSON' },
  INVALID_REQUEST: { status: 422, title: 'The request does not fit its schema' },
  TOO_FEW_BARS: { status: 422, title: 'Fewer bars than the features need to warm up' },
  UNKNOWN_SYMBOL: { status: 422, title: 'No model serves this symbol' },
  UNKNOWN_INTERVAL: { status: 422, title: 'The model does not serve this interval' },
  UNKNOWN_MODEL: { status: 422, title: 'No such model' },
  UNKNOWN_BUNDLE: { status: 422, title: 'No such bundle of this model was uploaded' },
  BUNDLE_REFUSED: { status: 422, title: 'The bundle cannot be served' },
  IDEMPOTENCY_MISMATCH: { status: 422, title: 'The idempotency key was used with another body' },
  RECEIPT_INVALID: {
    status: 422,
    title: 'The receipt is not of this service over this answer to this account',
  },
  RESUME_MISMATCH: { status: 422, title: 'The resume token is not of this window' },
  UPGRADE_REQUIRED: { status: 426, title: 'The route answers WebSocket upgrades alone' },
  UNAUTHENTICATED: { status: 401, title: 'The key is missing or wrong' },
  CLOCK_SKEWED: { status: 401, title: 'The signed timestamp is not of now by the clock here' },
  SCOPE_MISSING: { status: 403, title: 'The key lacks the scope of this route' },
  SECOND_PERSON_NEEDED: { status: 403, title: 'A second person has to approve this' },
  NOT_FOUND: { status: 404, title: 'There is nothing here' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The route does not answer this method' },
  IN_PROGRESS: { status: 409, title: 'A request with this idempotency key is in flight' },
  REGISTRY_MOVED: { status: 409, title: 'The registry changed meanwhile; look and repeat' },
  SUPERSEDED: { status: 409, title: 'The answer to this idempotency key is no longer valid' },
  EPOCH_MOVED: { status: 409, title: 'Another epoch is in force; look and repeat' },
  ALREADY_ACTIVE: { status: 409, title: 'Nothing is halted' },
  NONCE_USED: { status: 409, title: 'The nonce was used before' },
  SIGNATURE_USED: { status: 409, title: 'This signed request came before; sign it anew' },
  CHANGED_MEANWHILE: { status: 409, title: 'Somebody else changed it at the same time' },
  KEY_EXISTS: { status: 409, title: 'There is, or was, a key with this id' },
  KEY_REVOKED: { status: 409, title: 'The key is revoked for good' },
  TARGETS_FULL: { status: 409, title: 'As many targets are held back as may be named; halt all of trading' },
  OVERRIDE_ENDED: { status: 409, title: 'The override is used or past its time already' },
  OVERRIDES_FULL: { status: 409, title: 'As many overrides are held as may be; wait until some have ended' },
  RATE_LIMITED: { status: 429, title: 'The rate limit is spent' },
  FLOW_EXCEEDED: { status: 429, title: 'More frames are unacknowledged than the stream takes' },
  INTERNAL: { status: 500, title: 'The service failed' },
  RECORD_DAMAGED: { status: 500, title: 'The record is not as it was written' },
  AUTH_UNAVAILABLE: { status: 503, title: 'Keys cannot be checked now' },
  KEYS_UNAVAILABLE: { status: 503, title: 'Keys cannot be read or changed now; it may have been done' },
  RECORD_UNAVAILABLE: { status: 503, title: 'The record cannot be read or written now' },
  OVERRIDES_UNAVAILABLE: {
    status: 503,
    title: 'Overrides cannot be read or changed now; it may have been done. Look',
  },
  BREAKERS_UNAVAILABLE: {
    status: 503,
    title: 'The circuit breakers cannot be read or changed now; halt instead',
  },
  CLAIM_UNAVAILABLE: { status: 503, title: 'Idempotency cannot be checked now' },
  MODEL_UNAVAILABLE: { status: 503, title: 'The model that the registry names cannot be loaded now' },
  STREAMS_FULL: { status: 503, title: 'No more streams or windows fit here' },
  HALT_UNCONFIRMED: {
    status: 503,
    title: 'No store confirmed the halt; it may have arrived. Repeat it, or go past the service',
  },
  RESUME_UNAVAILABLE: {
    status: 503,
    title: 'A store cannot be read now; nothing was resumed',
  },
  RESUME_UNCONFIRMED: {
    status: 503,
    title: 'Not both stores confirmed the resume; trading was halted again, under a new epoch',
  },
  OVERLOADED: { status: 503, title: 'More is asked than can be answered in time' },
  HEARTBEAT_UNAVAILABLE: {
    status: 503,
    title: 'Redis did not take the heartbeat; it may have arrived. Repeat it',
  },
  SHUTTING_DOWN: { status: 503, title: 'The service is stopping' },
  CONFIG_INVALID: { status: 503, title: 'The service is not configured' },
} as const satisfies Record<string, { status: number; title: string }>;

export const holdCodes = {
  CONTROL_UNAVAILABLE: 'No live permission: the shared control state could not be read in time',
  TRADING_HALTED: 'Trading is halted',
  TRADING_REDUCING: 'Trading may only reduce exposure',
  LOG_UNAVAILABLE: 'The decision log cannot take another record',
  STALE_INPUT: 'The last bar is old or still open',
  MARKET_DATA_UNAVAILABLE: 'No market data was given and none could be fetched',
  MARKET_DATA_CACHED: 'Bars of before stand in for a source that fails, and let exposure only shrink',
  BREAKER_OPEN: 'The model failed too often; its circuit breaker lets nothing through',
  MODEL_FAILED: 'The model failed or gave a non-finite output',
  FEATURES_UNDEFINED: 'A feature has no finite value on these bars',
  BELOW_THRESHOLD: 'The score lies between the thresholds of the policy',
  RISK_ABOVE_LIMIT: 'The risk of a large move is too high to open or increase exposure',
  OVERRIDE_REFUSED: 'The override that the request names does not lift this limit',
  OVERRIDE_UNAVAILABLE:
    'It is not known whether the override that the request names lifts this limit; it may be used up',
  OUT_OF_DOMAIN: 'An input lies outside the range the model was trained on',
} as const satisfies Record<string, string>;

export type ProblemCode = keyof typeof problemCodes;
export type HoldCode = keyof typeof holdCodes;
