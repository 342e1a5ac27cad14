import { Redis, type Requester, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import type { Timers } from '../core/clock.ts';

interface RedisOptions {
  readonly url: string;
  readonly token: string;
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly timers: Timers;
  /** Time after which a round trip is given up, in milliseconds; whether it took effect is then unknown. */
  readonly deadlineMs: number;
}

/**
 * `@upstash/redis` 1.39 over a requester of our own. Only the package's main entry takes one (its
 * `/cloudflare` entry always builds an HTTP client on the global `fetch`); that entry needs nothing of Node,
 * every use of `process` in it is guarded.
 *
 * The requester sends each command exactly once: a lost reply is never sent again, since the command may have
 * debited. Replies are not deserialised (a stored "true" stays a string) and not auto-pipelined. Every
 * call either gives the reply of Redis or throws: time-out, HTTP status, anything that is not the JSON of
 * the REST protocol (https://upstash.com/docs/redis/features/restapi).
 */
export function createRedis(options: RedisOptions): Redis {
  return new RawRedis({ request: (call) => send(call, options) });
}

class RawRedis extends Redis {
  constructor(requester: Requester) {
    super(requester);
    this.opts = { automaticDeserialization: false };
  }
}

async function send<T>(call: UpstashRequest, options: RedisOptions): Promise<UpstashResponse<T>> {
  if (call.isStreaming) throw new TypeError('streaming replies are not supported');
  const { status, text } = await exchange(call, options);
  const reply = parse(text, status);
  // A pipeline's reply is an array of replies; the package types both as one.
  if (status === 200 && isReply(reply)) return reply as UpstashResponse<T>;
  if (isError(reply)) throw new Error(`Redis refused: ${reply.error}`);
  throw new Error(`Redis gave a malformed reply with status ${status}`);
}

async function exchange(
  call: UpstashRequest,
  options: RedisOptions,
): Promise<{ status: number; text: string }> {
  const { url, token, fetch, timers, deadlineMs } = options;
  const target = [url.replace(/\/+$/, ''), ...(call.path ?? [])].join('/');
  const abandoned = new AbortController();
  const settled = new AbortController();
  const work = async () => {
    const response = await fetch(target, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(call.body),
      redirect: 'manual',
      signal: abandoned.signal,
    });
    return { status: response.status, text: await response.text() };
  };
  const expiry = timers.sleep(deadlineMs, settled.signal).then(() => undefined);
  try {
    const answer = await Promise.race([work(), expiry]);
    if (answer) return answer;
    abandoned.abort();
    throw new Error(`Redis did not answer within ${deadlineMs} ms`);
  } finally {
    settled.abort();
  }
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Redis gave a reply that is not JSON, with status ${status}`);
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isError = (value: unknown): value is { readonly error: string } =>
  isObject(value) && 'error' in value && typeof value.error === 'string';

/** Of one command, or of a pipeline: an array with a reply each. */
const isReply = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every((item) => isObject(item) && ('result' in item || isError(item)))
    : isObject(value) && 'result' in value && !isError(value);
