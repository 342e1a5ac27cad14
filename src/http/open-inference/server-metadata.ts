import type { Handler } from '../context.ts';
import { authenticateReader, type ReaderOptions } from './authenticate-reader.ts';
import { errorResponse } from './error-response.ts';

/** `GET /v2`: who serves. The version is that of our own contract, `/v1`. */
export function createServerMetadataRoute(options: ReaderOptions): Handler {
  return async (context) => {
    const principal = await authenticateReader(context, options);
    if (!principal.ok) return errorResponse(principal.error);
    return context.json({ name: 'ultrathink', version: '1', extensions: [] }, 200, {
      'cache-control': 'no-store',
    });
  };
}
