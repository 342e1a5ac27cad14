import type { Handler } from './context.ts';

/** `GET /openapi.json` */
export const openapi: Handler = async () => {
  const { serviceDescription } = await import('./service-description.ts');
  return new Response(serviceDescription.openApi, {
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  });
};
