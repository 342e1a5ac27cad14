import type { Handler } from '../context.ts';

const uncached = { 'cache-control': 'no-store' };

/** `GET /v2/health/live`: requests are answered. */
export const serverLive: Handler = (context) => context.json({ live: true }, 200, uncached);

/** `GET /v2/health/ready`: what `/readyz` says, without its parts. */
export function createServerReadyRoute(readyz: Handler): Handler {
  return async (context) => {
    const { ok: ready, status } = await readyz(context);
    return new Response(JSON.stringify({ live: true, ready }), {
      status,
      headers: { 'content-type': 'application/json', ...uncached },
    });
  };
}
