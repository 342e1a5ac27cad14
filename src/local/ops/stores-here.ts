import { join } from 'node:path';
import { ROOT } from '../build-worker.ts';
import { localSecrets } from '../secrets.ts';
import { readServiceFile } from '../service-file.ts';

/** What a command needs that goes past the service to its stores. */
export interface Stores {
  readonly redis: { readonly url: string; readonly token: string };
  readonly database: { readonly url: string; readonly authToken: string };
  readonly receiptSecret: string;
  /** Null where the environment names none. */
  readonly sealSigningKey: string | null;
}

/** Those that the environment names, or else those of the service that runs here. Throws, for people to read, where it cannot tell. */
export function storesHere(): Stores {
  if (process.env['UPSTASH_REDIS_REST_URL'] !== undefined)
    return {
      redis: { url: needed('UPSTASH_REDIS_REST_URL'), token: needed('UPSTASH_REDIS_REST_TOKEN') },
      database: { url: needed('TURSO_DATABASE_URL'), authToken: needed('TURSO_AUTH_TOKEN') },
      receiptSecret: needed('RECEIPT_SECRET'),
      sealSigningKey: process.env['SEAL_SIGNING_KEY'] ?? null,
    };
  const service = readServiceFile(join(ROOT, '.local', 'service.json'));
  if (!service)
    throw new Error('no service runs here; name its stores in the environment (UPSTASH_REDIS_REST_URL, …)');
  const { redis, libsql } = service.standins;
  const { libsqlToken, receiptSecret, sealSigningKey } = localSecrets(join(ROOT, '.local'));
  // An entry under another secret would look forged.
  if (libsqlToken !== libsql.token)
    throw new Error('its secrets are elsewhere (--data): name its stores in the environment');
  return { redis, database: { url: libsql.url, authToken: libsql.token }, receiptSecret, sealSigningKey };
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`past the service it needs ${name}`);
  return value;
}
