/**
 * The Upstash Redis REST API in front of a Redis, so that @upstash/redis and @upstash/ratelimit run unchanged
 * with no account: `POST /` with one command, `POST /pipeline`, `POST /multi-exec`
 * (https://upstash.com/docs/redis/features/restapi). For local work and tests only.
 *
 * How it differs from Upstash:
 * - One Redis on one machine: no replicas, so no stale reads and no acknowledged write lost at a failover. The
 *   `upstash-sync-token` that it answers is well formed and means nothing.
 * - No commands in the path (`/set/a/b`), no `_token` parameter, no SSE (`/subscribe`, `/monitor`), no read-only token,
 *   no quotas, no rate limit of its own.
 * - Commands that hold a connection or its state (BLPOP, SUBSCRIBE, WATCH, SELECT, …) are refused, as there.
 * - When the Redis behind it is away or slow, it answers 503 `{"error": …}` within the backend's time-out.
 */
import { createJsonService, isAuthorized, type JsonService, type ServiceResponse } from './json-service.ts';
import {
  type ByteString,
  fromByteString,
  isError,
  isStatus,
  type RedisBackend,
  RedisUnavailable,
  type Reply,
  toByteString,
} from './redis-backend.ts';
import { createScriptRewriter, type ScriptRewriter } from './script-rewriter.ts';

export interface UpstashGatewayOptions {
  /** Stays the caller's to close. Its queue and its time-out bound what waits here. */
  readonly store: RedisBackend;
  readonly token: string;
}

export function createUpstashGateway({ store, token }: UpstashGatewayOptions): JsonService {
  const scripts = createScriptRewriter();
  let syncToken = 0;

  return createJsonService(async ({ method, path, headers, body }) => {
    if (!isAuthorized(headers, token)) return failure(401, 'WRONGPASS invalid or missing auth token');
    if (method !== 'POST') return failure(405, 'ERR only POST is served here');
    const input = parseJson(body);
    const encode = headers['upstash-encoding'] === 'base64' ? toBase64 : fromByteString;
    try {
      const response = await answer({ store, scripts, path, input, encode });
      syncToken += 1;
      return { ...response, headers: { 'upstash-sync-token': syncToken.toString(36) } };
    } catch (error) {
      if (error instanceof RedisUnavailable) return failure(503, error.message);
      if (error instanceof MalformedRequest) return failure(400, error.message);
      throw error;
    }
  });
}

interface Question {
  readonly store: RedisBackend;
  readonly scripts: ScriptRewriter;
  readonly path: string;
  readonly input: unknown;
  readonly encode: Encode;
}

type Encode = (bytes: ByteString) => string;

class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}

async function answer({ store, scripts, path, input, encode }: Question): Promise<ServiceResponse> {
  switch (path) {
    case '/': {
      const reply = await ask(store, scripts, commandFrom(input));
      return { status: isError(reply) ? 400 : 200, body: outcome(reply, encode) };
    }
    case '/pipeline': {
      const replies = await Promise.all(commandsFrom(input).map((command) => ask(store, scripts, command)));
      return { status: 200, body: `[${replies.map((reply) => outcome(reply, encode)).join(',')}]` };
    }
    case '/multi-exec': {
      const commands = commandsFrom(input);
      const refused = commands.find(isRefused);
      const reply = refused
        ? { error: `EXECABORT Transaction discarded because of: ${refusal(refused).error}` }
        : await store.transaction(commands.map((command) => scripts.rewrite(command)));
      if (!Array.isArray(reply)) return { status: 400, body: outcome(reply, encode) };
      const results = reply.map((item, index) => forClient(item, commands[index] ?? [], scripts));
      return { status: 200, body: `[${results.map((item) => outcome(item, encode)).join(',')}]` };
    }
    default:
      return failure(404, `ERR nothing is served at ${path}`);
  }
}

async function ask(
  store: RedisBackend,
  scripts: ScriptRewriter,
  command: readonly ByteString[],
): Promise<Reply> {
  if (isRefused(command)) return refusal(command);
  return forClient(await store.execute(scripts.rewrite(command)), command, scripts);
}

/** SCRIPT LOAD answers the SHA-1 of what the client sent, not of what was stored. */
function forClient(reply: Reply, command: readonly ByteString[], scripts: ScriptRewriter): Reply {
  const sha1 = scripts.clientSha1(command);
  return sha1 === null || isError(reply) ? reply : sha1;
}

/** They would hold or change the one connection that all requests share, or end the server. */
const REFUSED = new Set(
  [
    'AUTH HELLO SELECT CLIENT QUIT RESET MULTI EXEC DISCARD WATCH UNWATCH MONITOR SYNC PSYNC REPLCONF SHUTDOWN',
    'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE WAIT WAITAOF DEBUG',
    'BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP',
  ].flatMap((line) => line.split(' ')),
);

function isRefused([name = '', ...args]: readonly ByteString[]): boolean {
  const command = name.toUpperCase();
  if (REFUSED.has(command)) return true;
  return command.startsWith('XREAD') && args.some((word) => word.toUpperCase() === 'BLOCK');
}

const refusal = ([name = '']: readonly ByteString[]) => ({
  error: `ERR Command is not available: '${name.toUpperCase()}'`,
});

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function commandsFrom(input: unknown): readonly (readonly ByteString[])[] {
  if (!Array.isArray(input) || input.length === 0) throw new MalformedRequest(NOT_COMMANDS);
  return input.map(commandFrom);
}

function commandFrom(input: unknown): readonly ByteString[] {
  if (!Array.isArray(input) || input.length === 0) throw new MalformedRequest(NOT_COMMANDS);
  return input.map((arg: unknown) => {
    if (typeof arg === 'object' && arg !== null) throw new MalformedRequest(NOT_COMMANDS);
    return toByteString(String(arg));
  });
}

const NOT_COMMANDS = 'ERR failed to parse the body: a command is a JSON array of strings and numbers';

const failure = (status: number, message: string): ServiceResponse => ({
  status,
  body: JSON.stringify({ error: message }),
});

const toBase64: Encode = (bytes) => Buffer.from(bytes, 'latin1').toString('base64');

function outcome(reply: Reply, encode: Encode): string {
  if (isError(reply)) return JSON.stringify({ error: fromByteString(reply.error) });
  return `{"result":${toJson(reply, encode)}}`;
}

/** Built by hand, since JSON.stringify has no integers beyond 2^53. */
function toJson(reply: Reply, encode: Encode): string {
  if (reply === null) return 'null';
  if (typeof reply === 'string') return JSON.stringify(encode(reply));
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply);
  if (isStatus(reply)) return JSON.stringify(reply.status === 'OK' ? 'OK' : encode(reply.status));
  if (isError(reply)) return JSON.stringify(fromByteString(reply.error));
  return `[${reply.map((item) => toJson(item, encode)).join(',')}]`;
}
