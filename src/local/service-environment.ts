import { sha256Hex } from '../core/digest.ts';
import { ed25519PublicKey } from '../core/ed25519.ts';
import { buildHash } from './build-hash.ts';
import { ROOT } from './build-worker.ts';
import { pinnedKeys } from './pinned-keys.ts';
import type { Secrets } from './secrets.ts';

interface EnvironmentOptions {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  /** Names of the bundles to serve. */
  readonly models: readonly string[];
  /** Null where clients send all data. */
  readonly marketDataUrl: string | null;
}

const haltKeyId = 'local-halt';
export const marketDataKeyId = 'local';

/** The `Authorization` header of the key that halts without any store. */
export const haltAuthorization = ({ haltKey }: Secrets): string => `Bearer ${haltKeyId}.${haltKey}`;

/** The settings of a service on this machine's stand-ins. */
export function serviceEnvironment(options: EnvironmentOptions): Readonly<Record<string, string>> {
  const { haltKey, redisToken, libsqlToken, receiptSecret, sealSigningKey } = options.secrets;
  return {
    ENVIRONMENT: 'local',
    UPSTASH_REDIS_REST_URL: options.redisUrl,
    UPSTASH_REDIS_REST_TOKEN: redisToken,
    TURSO_DATABASE_URL: options.databaseUrl,
    TURSO_AUTH_TOKEN: libsqlToken,
    RECEIPT_SECRET: receiptSecret,
    HALT_KEYS: `${haltKeyId}:${sha256Hex(haltKey)}`,
    OPERATOR_HEARTBEAT_MS_MAX: '0',
    SEAL_SIGNING_KEY: sealSigningKey,
    SEAL_PUBLIC_KEYS: ed25519PublicKey(sealSigningKey),
    MODELS: options.models.join(','),
    BUNDLE_PUBLIC_KEYS: pinnedKeys().join(','),
    BUILD_HASH: buildHash(ROOT),
    ...(options.marketDataUrl === null
      ? {}
      : {
          MARKET_DATA_URL: options.marketDataUrl,
          MARKET_DATA_KEY_ID: marketDataKeyId,
          MARKET_DATA_SECRET: options.secrets.marketDataSecret,
        }),
  };
}
