/**
 * The port between the Upstash gateway and what stores its data: a real redis-server
 * (redis-connection.ts) or the in-process store (embedded-redis.ts).
 * One conformance suite, test/local/redis-conformance.ts, holds both to it.
 */

/**
 * Bytes as a string of the characters U+0000 to U+00FF, one a byte: binary-safe, usable as a Map key,
 * and ordered by `<` as Redis orders keys. Text outside Latin-1 goes through `toByteString` first.
 */
export type ByteString = string;

export interface StatusReply {
  readonly status: ByteString;
}

/** The first word of `error` is the code (`ERR`, `WRONGTYPE`, `NOSCRIPT`, …). */
export interface ErrorReply {
  readonly error: ByteString;
}

/** A RESP2 reply. An integer is a bigint only where a number would lose its last digits. */
export type Reply = null | number | bigint | ByteString | StatusReply | ErrorReply | readonly Reply[];

export interface RedisBackend {
  /** The store's answer, errors of the store included. Rejects with RedisUnavailable only. */
  execute(args: readonly ByteString[]): Promise<Reply>;
  /** MULTI, the commands, EXEC: an array with a reply each, or the error that discarded them all. */
  transaction(commands: readonly (readonly ByteString[])[]): Promise<Reply>;
  close(): Promise<void>;
}

/** The store gave no answer; a command that had been sent may or may not have been executed. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

export const isStatus = (reply: Reply): reply is StatusReply => isObject(reply) && 'status' in reply;
export const isError = (reply: Reply): reply is ErrorReply => isObject(reply) && 'error' in reply;

/** ASCII, as most texts are, is the same in both. */
export const toByteString = (text: string): ByteString =>
  isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
export const fromByteString = (bytes: ByteString): string =>
  isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');

const isAscii = (text: string): boolean => !/[\u0080-\uffff]/.test(text);

const isObject = (reply: Reply): reply is StatusReply | ErrorReply =>
  typeof reply === 'object' && reply !== null && !Array.isArray(reply);
