import type { Respond } from '../src/runtime.ts';

type Headers = Parameters<Respond>[1];

/** An answer without a body, whose headers others take over. */
interface Pattern {
  readonly status: number;
  readonly headers: Headers;
  readonly names: readonly string[];
  readonly response: Response;
}

/**
 * Answers with the headers of an answer before it that had the same names in the same order, and sets those whose values differ. Where headers are
 * not JavaScript's own each one that is handed over costs more than a copy of all.
 */
export function copiedHeaders(): Respond {
  let pattern: Pattern | undefined;
  return (status, headers, body) => {
    pattern = pattern && fits(pattern, status, headers) ? pattern : patternOf(status, headers);
    const response = new Response(body, pattern.response);
    const own = response.headers;
    for (const name of pattern.names) {
      const value = headers[name];
      if (value !== undefined && value !== pattern.headers[name]) own.set(name, value);
    }
    return response;
  };
}

function patternOf(status: number, headers: Headers): Pattern {
  const names = Object.keys(headers);
  return { status, headers, names, response: new Response(null, { status, headers }) };
}

function fits(pattern: Pattern, status: number, headers: Headers): boolean {
  if (status !== pattern.status) return false;
  let count = 0;
  for (const name in headers) {
    if (name !== pattern.names[count]) return false;
    count += 1;
  }
  return count === pattern.names.length;
}
