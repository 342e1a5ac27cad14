import type { EventQueue } from './event-queue.ts';
import { PlainAbortController, PlainAbortSignal } from './plain-abort.ts';
import { TextHeaders, TextRequest, TextResponse } from './text-messages.ts';

/**
 * Puts what a run needs in the place of what packages take from the platform by its global name: virtual time for its two
 * clocks (src/store/libsql-client.ts says why there is a second), and lighter classes for the web's. Answers what puts the
 * platform's own back.
 */
export function takeOverPlatform(time: EventQueue): () => void {
  const { now } = Date;
  const { stackTraceLimit } = Error;
  const { Request, Response, Headers, AbortController, AbortSignal, URL } = globalThis;
  Date.now = () => time.nowMs();
  // Most errors of a run are its faults, of which the text is all that counts.
  Error.stackTraceLimit = 0;
  Object.assign(globalThis, {
    Request: TextRequest,
    Response: TextResponse,
    Headers: TextHeaders,
    AbortController: PlainAbortController,
    AbortSignal: { timeout: (durationMs: number) => timeoutSignal(durationMs, time) },
    URL: rememberingUrl(URL),
  });
  return () => {
    Date.now = now;
    Error.stackTraceLimit = stackTraceLimit;
    Object.assign(globalThis, { Request, Response, Headers, AbortController, AbortSignal, URL });
  };
}

/** The libSQL client joins the same two texts at each call, and nobody here changes an address that was read. */
function rememberingUrl(platformUrl: typeof URL): typeof URL {
  const known = new Map<string, URL>();
  return new Proxy(platformUrl, {
    construct(target, [path, base]: [string | URL, (string | URL)?]) {
      const name = `${base} ${path}`;
      const url = known.get(name) ?? new target(path, base);
      if (known.size < addressesMax) known.set(name, url);
      return url;
    },
  });
}

const addressesMax = 64;

/** No event where nobody hears it any more. */
function timeoutSignal(durationMs: number, time: EventQueue): PlainAbortSignal {
  const signal = new PlainAbortSignal();
  const expire = () => signal.abort(new Error('The operation timed out'));
  time.after(durationMs, expire, () => !signal.isHeard());
  return signal;
}
