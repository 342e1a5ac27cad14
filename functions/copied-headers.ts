import type { Respond } from '../src/runtime.ts';

type Headers = Parameters<Respond>[1];

/** An answer without a body, whose headers others take over. */
interface Pattern {
  readonly status: number;
  readonly headers: Headers;
  readonly names: number;
  readonly response: Response;
}

/**
 * Answers with the headers of an answer before it that had the same names, and sets those whose values differ. Where headers are
 * not JavaScript's own each one that is handed over costs more than a copy of all.
 */
export function copiedHeaders(): Respond {
  let pattern: Pattern | undefined;
  return (status, headers, body) => {
    pattern = pattern && fits(pattern, status, headers) ? pattern : patternOf(status, headers);
    const response = new Response(body, pattern.response);
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined && value !== pattern.headers[name]) response.headers.set(name, value);
    }
    return response;
  };
}

function patternOf(status: number, headers: Headers): Pattern {
  const names = Object.keys(headers).length;
  return { status, headers, names, response: new Response(null, { status, headers }) };
}

function fits(pattern: Pattern, status: number, headers: Headers): boolean {
  let names = 0;
  for (const name in headers) {
    if (!(name in pattern.headers)) return false;
    names += 1;
  }
  return names === pattern.names && status === pattern.status;
}
