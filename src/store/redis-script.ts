import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Redis } from '@upstash/redis';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';

/** A reply of ours on the wire: a flat array `name, value, name, value, …` of strings. */
export type ReplyFields = ReadonlyMap<string, string>;

export interface RedisScript {
  /** One atomic run. Never throws; an error means that it may or may not have taken effect. */
  run(keys: readonly string[], args: readonly string[]): Promise<Result<ReplyFields, string>>;
}

/**
 * A Lua script that answers with named fields. The first call sends it in full, which costs bytes but never a
 * second round trip; later ones send its SHA-1, and the script again when Redis says NOSCRIPT, which proves that
 * nothing ran. The SHA-1 is computed here and not by the package, whose own helper keeps a promise that
 * would be shared between requests.
 */
export function createRedisScript(redis: Pick<Redis, 'eval' | 'evalsha'>, source: string): RedisScript {
  let isLoaded = false;

  async function load(keys: string[], args: string[]): Promise<unknown> {
    const reply = await redis.eval<string[], unknown>(source, keys, args);
    isLoaded = true;
    return reply;
  }

  async function call(keys: string[], args: string[]): Promise<unknown> {
    if (!isLoaded) return load(keys, args);
    try {
      return await redis.evalsha<string[], unknown>(shaOf(source), keys, args);
    } catch (failure) {
      if (!messageOf(failure).includes('NOSCRIPT')) throw failure;
      return await load(keys, args);
    }
  }

  return {
    async run(keys, args) {
      try {
        const fields = readFields(await call([...keys], [...args]));
        return fields ? ok(fields) : err('the script gave a malformed reply');
      } catch (failure) {
        return err(messageOf(failure));
      }
    },
  };
}

/** Of the scripts that ran twice; they are constants of this build, a dozen. */
const knownShas = new Map<string, string>();

/** Not before it is needed: the scripts together are 30 kB, and code that is cold took a tenth of an isolate's start for them. */
function shaOf(source: string): string {
  const sha = knownShas.get(source) ?? bytesToHex(sha1(utf8ToBytes(source)));
  knownShas.set(source, sha);
  return sha;
}

function readFields(reply: unknown): ReplyFields | undefined {
  if (!Array.isArray(reply) || reply.length % 2 !== 0) return undefined;
  const fields = new Map<string, string>();
  for (let index = 0; index < reply.length; index += 2) {
    const [name, value]: unknown[] = reply.slice(index, index + 2);
    if (typeof name !== 'string' || typeof value !== 'string' || fields.has(name)) return undefined;
    fields.set(name, value);
  }
  return fields;
}
