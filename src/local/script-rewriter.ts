/**
 * Makes scripts written for Upstash run on a plain Redis. @upstash/ratelimit 2.1 and later begin theirs with
 * `#!lua flags=allow-key-locking`, a flag that only Upstash knows and that Redis 7 refuses. The line is emptied (its
 * end stays, so that line numbers hold), and the SHA-1 that the client computed is translated to the one Redis knows.
 */
import { createHash } from 'node:crypto';
import type { ByteString } from './redis-backend.ts';

export interface ScriptRewriter {
  /** The command as Redis is to get it. */
  rewrite(args: readonly ByteString[]): readonly ByteString[];
  /** The SHA-1 by which the client knows the script that SCRIPT LOAD brought. */
  clientSha1(args: readonly ByteString[]): ByteString | null;
}

/** Scripts remembered; a client whose script was forgotten gets NOSCRIPT and sends it again. */
const SCRIPTS_MAX = 1000;

export function createScriptRewriter(): ScriptRewriter {
  const storedSha1s = new Map<string, string>();

  function strip(source: ByteString): ByteString {
    if (!UPSTASH_SHEBANG.test(source)) return source;
    const stripped = source.replace(UPSTASH_SHEBANG, '');
    if (storedSha1s.size >= SCRIPTS_MAX) storedSha1s.clear();
    storedSha1s.set(sha1Hex(source), sha1Hex(stripped));
    return stripped;
  }

  const translated = (sha1: ByteString): ByteString => storedSha1s.get(sha1.toLowerCase()) ?? sha1;

  return {
    rewrite(args) {
      const [command = '', first = '', ...rest] = args;
      switch (command.toUpperCase()) {
        case 'EVAL':
        case 'EVAL_RO':
          return [command, strip(first), ...rest];
        case 'EVALSHA':
        case 'EVALSHA_RO':
          return [command, translated(first), ...rest];
        case 'SCRIPT':
          if (first.toUpperCase() === 'LOAD') return [command, first, ...rest.map(strip)];
          if (first.toUpperCase() === 'EXISTS') return [command, first, ...rest.map(translated)];
          return args;
        default:
          return args;
      }
    },
    clientSha1([command = '', verb = '', source]) {
      const isLoad = command.toUpperCase() === 'SCRIPT' && verb.toUpperCase() === 'LOAD';
      return isLoad && source !== undefined ? sha1Hex(source) : null;
    },
  };
}

const UPSTASH_SHEBANG = /^#!lua[^\n]*allow-key-locking[^\n]*/;

const sha1Hex = (bytes: ByteString): string =>
  createHash('sha1').update(Buffer.from(bytes, 'latin1')).digest('hex');
