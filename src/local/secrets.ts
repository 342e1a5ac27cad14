import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Scope, scopes } from '../store/keys.ts';

const secret = z.string().min(32);

const secretsSchema = z.strictObject({
  /** Of each scope's local key. */
  keys: z.record(z.enum(scopes), secret),
  receiptSecret: secret,
  redisToken: secret,
  libsqlToken: secret,
  /** Of the socket that fires scheduled jobs. */
  tickerToken: secret,
});

export type Secrets = z.infer<typeof secretsSchema>;

/** The secrets of one data directory: made by its first start, readable by its owner only, kept for good. */
export function localSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'secrets.json');
  if (existsSync(path)) return secretsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const made: Secrets = {
    keys: Object.fromEntries(scopes.map((scope) => [scope, random256()])) as Record<Scope, string>,
    receiptSecret: random256(),
    redisToken: random256(),
    libsqlToken: random256(),
    tickerToken: random256(),
  };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}

const random256 = (): string => randomBytes(32).toString('base64url');
