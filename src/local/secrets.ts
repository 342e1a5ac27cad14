import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { scopes } from '../store/key-row.ts';

const secret = z.string().min(32);

const secretsSchema = z.strictObject({
  /** Of each scope's local key. */
  keys: z.record(z.enum(scopes), secret),
  /** Halts without any store. */
  haltKey: secret,
  receiptSecret: secret,
  redisToken: secret,
  libsqlToken: secret,
  /** Ed25519 seed that seals this directory's log. */
  sealSigningKey: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the socket that fires scheduled jobs. */
  tickerToken: secret,
  /** Of the stand-in for market data. */
  marketDataSecret: secret,
});

export type Secrets = z.infer<typeof secretsSchema>;

/** The secrets of one data directory: made by its first start, readable by its owner only, kept for good. */
export function localSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'secrets.json');
  const kept: object = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const complete = secretsSchema.safeParse(kept);
  if (complete.success) return complete.data;
  const made = secretsSchema.parse({
    keys: Object.fromEntries(scopes.map((scope) => [scope, random256()])),
    haltKey: random256(),
    receiptSecret: random256(),
    redisToken: random256(),
    libsqlToken: random256(),
    sealSigningKey: randomBytes(32).toString('hex'),
    tickerToken: random256(),
    marketDataSecret: random256(),
    // A directory of an older version keeps what it has.
    ...kept,
  });
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}

const random256 = (): string => randomBytes(32).toString('base64url');
