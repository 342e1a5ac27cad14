import type { Problem } from '../problem.ts';

export const overridesUnavailable: Problem = { code: 'OVERRIDES_UNAVAILABLE', retryAfterMs: 1_000 };
