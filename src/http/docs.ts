import type { Handler } from './context.ts';

/** `GET /docs`: the contract as a page, made from the OpenAPI document and the closed code list. */
export const docs: Handler = async () => {
  const { serviceDescription } = await import('./service-description.ts');
  return new Response(serviceDescription.docs, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': serviceDescription.docsPolicy,
      'cache-control': 'public, max-age=300',
      'referrer-policy': 'no-referrer',
    },
  });
};
