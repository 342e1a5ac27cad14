import type { Respond } from '../src/runtime.ts';

/** Deno checks headers given at once as if they came from anywhere: one by one seven of them cost half. */
export const appendHeaders: Respond = (status, headers, body) => {
  const response = new Response(body, { status });
  const own = response.headers;
  // Deno names a text's type by itself.
  own.delete('content-type');
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) own.append(name, value);
  }
  return response;
};
