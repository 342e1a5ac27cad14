import type { z } from '@hono/zod-openapi';
import type { KeyRow } from '../../store/key-row.ts';
import type { keySchema } from './key-schemas.ts';

/** A key as it goes over the wire, without anything of its secrets. */
export function shownKey(row: KeyRow): z.infer<typeof keySchema> {
  const { id, account, scopes, ratePerSecond, burst, createdAtMs, previousUntilMs, revokedAtMs } = row;
  return {
    ...{ id, account, scopes: [...scopes], ratePerSecond, burst },
    createdAt: timeOf(createdAtMs),
    previousUntil: previousUntilMs === null ? null : timeOf(previousUntilMs),
    revokedAt: revokedAtMs === null ? null : timeOf(revokedAtMs),
  };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
