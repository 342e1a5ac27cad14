import http from 'k6/http';
import type { Transport } from '../src/client/client.ts';

/** The client's transport over k6's own HTTP, so that k6 measures every call. */
export const k6Transport: Transport = async ({ method, url, headers, body }) => {
  const response = http.request(method, url, body, { headers: { ...headers }, responseType: 'text' });
  if (response.status === 0) throw new Error(response.error);
  return {
    status: response.status,
    header: (name) => headerOf(response.headers, name),
    text: typeof response.body === 'string' ? response.body : '',
  };
};

/** k6 keeps header names as Go writes them: `Retry-After`. */
function headerOf(headers: Readonly<Record<string, string>>, name: string): string | null {
  const key = Object.keys(headers).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? null : (headers[key] ?? null);
}
