/** RESP2, the wire protocol of Redis (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
import type { ByteString, Reply } from './redis-backend.ts';

/** One command as an array of bulk strings; the result goes to a socket in the `latin1` encoding. */
export const encodeCommand = (args: readonly ByteString[]): ByteString => {
  let frame = `*${args.length}\r\n`;
  for (const arg of args) frame += `$${arg.length}\r\n${arg}\r\n`;
  return frame;
};

/** Feeds replies to `onReply` in order as their bytes arrive. Throws on bytes that are not RESP2. */
export const createReplyParser = (onReply: (reply: Reply) => void): ((chunk: ByteString) => void) => {
  let buffered: ByteString = '';
  return (chunk) => {
    buffered += chunk;
    let position = 0;
    for (;;) {
      const parsed = parseReply(buffered, position);
      if (parsed === INCOMPLETE) break;
      position = parsed.end;
      onReply(parsed.reply);
    }
    buffered = buffered.slice(position);
  };
};

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

const INCOMPLETE = Symbol('incomplete');

function parseReply(bytes: ByteString, start: number): Parsed | typeof INCOMPLETE {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd < 0) return INCOMPLETE;
  const line = bytes.slice(start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes[start]) {
    case '+':
      return { reply: { status: line }, end };
    case '-':
      return { reply: { error: line }, end };
    case ':':
      return { reply: toInteger(line), end };
    case '$':
      return parseBulk(bytes, end, Number(line));
    case '*':
      return parseArray(bytes, end, Number(line));
    default:
      throw new Error(`not a RESP2 reply: ${JSON.stringify(bytes.slice(start, start + 40))}`);
  }
}

function parseBulk(bytes: ByteString, start: number, length: number): Parsed | typeof INCOMPLETE {
  if (length < 0) return { reply: null, end: start };
  if (bytes.length < start + length + 2) return INCOMPLETE;
  return { reply: bytes.slice(start, start + length), end: start + length + 2 };
}

function parseArray(bytes: ByteString, start: number, length: number): Parsed | typeof INCOMPLETE {
  if (length < 0) return { reply: null, end: start };
  const items: Reply[] = [];
  let position = start;
  while (items.length < length) {
    const parsed = parseReply(bytes, position);
    if (parsed === INCOMPLETE) return INCOMPLETE;
    items.push(parsed.reply);
    position = parsed.end;
  }
  return { reply: items, end: position };
}

const toInteger = (digits: string): number | bigint => {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
};
