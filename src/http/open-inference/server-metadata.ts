import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { Handler } from '../context.ts';
import { errorResponse } from './error-response.ts';
import { readerScopes } from './reader-scopes.ts';

/** `GET /v2`: who serves. The version is that of our own contract, `/v1`. */
export function createServerMetadataRoute(options: LiveAuthentication): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, readerScopes, options);
    if (!principal.ok) return errorResponse(principal.error);
    return context.json({ name: 'ultrathink', version: '1', extensions: [] }, 200, {
      'cache-control': 'no-store',
    });
  };
}
