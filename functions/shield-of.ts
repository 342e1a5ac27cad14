import type { Shield } from '../src/runtime.ts';

/** A rate-limit binding of Workers: counted in the colo, without network (developers.cloudflare.com, "Rate limiting"). */
export interface RateLimitBinding {
  limit(asked: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

export const shieldOf = (binding: RateLimitBinding): Shield => ({
  admits: async (addressBlock) => (await binding.limit({ key: addressBlock })).success,
});
