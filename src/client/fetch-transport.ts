import type { Transport } from './client.ts';

/** The client's transport over any `fetch`. */
export function fetchTransport(fetch: (url: string, init: RequestInit) => Promise<Response>): Transport {
  return async ({ method, url, headers, body }) => {
    const response = await fetch(url, { method, headers, body });
    const text = await response.text();
    return { status: response.status, header: (name) => response.headers.get(name), text };
  };
}
