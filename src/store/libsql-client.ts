import { type Client, createClient } from '@libsql/client/web';

export interface LibsqlOptions {
  readonly url: string;
  readonly authToken: string;
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Time after which a round trip is given up, in milliseconds (1..30,000); its outcome is then unknown. */
  readonly deadlineMs: number;
}

/**
 * libSQL over HTTP. The client itself neither retries nor times out (`@libsql/client` 0.18), so each round
 * trip gets a deadline here and every write that goes through it must be idempotent.
 */
export function openLibsql({ url, authToken, fetch, deadlineMs }: LibsqlOptions): Client {
  return createClient({
    url,
    authToken,
    // The client's own queue (20 by default) would have one request wait for a promise that another one settles,
    // which Workers forbid: the waiter is cancelled and its place in the queue is lost for good.
    concurrency: Number.POSITIVE_INFINITY,
    fetch: (input: Request) => fetch(input, { signal: AbortSignal.timeout(deadlineMs) }),
  });
}
