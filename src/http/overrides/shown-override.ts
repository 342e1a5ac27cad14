import type { z } from '@hono/zod-openapi';
import type { Override } from '../../control/overrides/override.ts';
import { isoTime } from '../../core/iso-time.ts';
import type { overrideSchema } from './override-schemas.ts';

/** An override as it goes over the wire. */
export function shownOverride({
  expiresAtMs,
  approvedBy,
  ...override
}: Override): z.infer<typeof overrideSchema> {
  return { ...override, expiresAt: isoTime(expiresAtMs), approvedBy: [...approvedBy] };
}
