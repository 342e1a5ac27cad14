import { parseRfc3339 } from './rfc3339.ts';

/** 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what RFC 3339 can write. */
const EPOCH_MS_MIN = -62_167_219_200_000;
const EPOCH_MS_MAX = 253_402_300_799_999;

/** Epoch milliseconds of an instant on the wire: RFC 3339 text or integer epoch milliseconds; else undefined. */
export function parseInstant(value: string | number): number | undefined {
  const tMs = typeof value === 'string' ? parseRfc3339(value) : value;
  const isInstant = tMs !== undefined && Number.isInteger(tMs) && tMs >= EPOCH_MS_MIN && tMs <= EPOCH_MS_MAX;
  return isInstant ? tMs : undefined;
}
