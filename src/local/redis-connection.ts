/**
 * A connection to a real Redis that outlives it: it reconnects for as long as it is open, so a Redis
 * that was killed and started again is in use again without anybody's help.
 *
 * Nothing waits for ever. A command that the store does not answer within `commandTimeoutMs` fails and takes
 * the link with it (a Redis that is stopped or stuck looks just like one that is gone); commands on the wire
 * when a link breaks fail at once, since whether they ran is unknown; commands that wait for a link keep
 * their place, up to `queueMax`, and are never sent after their time is over.
 */
import { connect, type Socket } from 'node:net';
import {
  type ByteString,
  isError,
  type RedisBackend,
  RedisUnavailable,
  type Reply,
} from './redis-backend.ts';
import { createReplyParser, encodeCommand } from './resp.ts';

/** Where a Redis listens: a unix socket's path, or a TCP port. */
export type RedisAddress = { readonly path: string } | { readonly host: string; readonly port: number };

export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  readonly commandTimeoutMs: number;
  /** Commands that may wait or be on the wire at once; one more is refused at once. */
  readonly queueMax: number;
}

export function createRedisConnection(options: RedisConnectionOptions): RedisBackend {
  const link = createLink(options);
  return {
    execute: async (args) => lastOf(await link.send(encodeCommand(args), 1)),
    transaction: async (commands) => {
      const frames = [['MULTI'], ...commands, ['EXEC']].map(encodeCommand).join('');
      return lastOf(await link.send(frames, commands.length + 2));
    },
    close: async () => link.close(),
  };
}

interface Pending {
  readonly frame: ByteString;
  readonly replyCount: number;
  readonly replies: Reply[];
  readonly timer: NodeJS.Timeout;
  readonly resolve: (replies: readonly Reply[]) => void;
  readonly reject: (reason: RedisUnavailable) => void;
}

interface Link {
  /** One write, so that no other command comes between the frames of a transaction. */
  send(frame: ByteString, replyCount: number): Promise<readonly Reply[]>;
  close(): void;
}

const RECONNECT_DELAY_MS_MIN = 10;
const RECONNECT_DELAY_MS_MAX = 500;

function createLink({ address, commandTimeoutMs, queueMax }: RedisConnectionOptions): Link {
  let waiting: Pending[] = [];
  let onWire: Pending[] = [];
  let socket: Socket | null = null;
  let isReady = false;
  let isClosed = false;
  let reconnectDelayMs = RECONNECT_DELAY_MS_MIN;
  let reconnectTimer: NodeJS.Timeout | undefined;

  function open(): void {
    const opened = connect(address);
    socket = opened;
    opened.setEncoding('latin1');
    opened.setNoDelay(true);
    const connectTimer = setTimeout(() => opened.destroy(), commandTimeoutMs);
    const parse = createReplyParser(accept);
    opened.on('connect', () => {
      clearTimeout(connectTimer);
      isReady = true;
      reconnectDelayMs = RECONNECT_DELAY_MS_MIN;
      const sendable = waiting;
      waiting = [];
      for (const pending of sendable) put(pending);
    });
    opened.on('data', (chunk: string) => {
      try {
        parse(chunk);
      } catch {
        opened.destroy();
      }
    });
    opened.on('error', () => opened.destroy());
    opened.on('close', () => {
      clearTimeout(connectTimer);
      broke();
    });
  }

  function broke(): void {
    isReady = false;
    socket = null;
    failAll(onWire, 'the link to Redis broke before it answered');
    onWire = [];
    if (isClosed) return;
    reconnectTimer = setTimeout(open, reconnectDelayMs);
    reconnectDelayMs = Math.min(reconnectDelayMs * 2, RECONNECT_DELAY_MS_MAX);
  }

  function put(pending: Pending): void {
    onWire.push(pending);
    socket?.write(pending.frame, 'latin1');
  }

  function accept(reply: Reply): void {
    const pending = onWire[0];
    if (pending === undefined) throw new Error('a reply to no command');
    pending.replies.push(reply);
    if (pending.replies.length < pending.replyCount) return;
    onWire.shift();
    clearTimeout(pending.timer);
    pending.resolve(pending.replies);
  }

  function expire(pending: Pending): void {
    const place = waiting.indexOf(pending);
    if (place >= 0) waiting.splice(place, 1);
    pending.reject(new RedisUnavailable(`Redis did not answer within ${commandTimeoutMs} ms`));
    if (place < 0) socket?.destroy();
  }

  open();
  return {
    send(frame, replyCount) {
      if (isClosed) return Promise.reject(new RedisUnavailable('the connection to Redis is closed'));
      if (waiting.length + onWire.length >= queueMax)
        return Promise.reject(new RedisUnavailable(`${queueMax} commands are already waiting for Redis`));
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => expire(pending), commandTimeoutMs);
        const pending: Pending = { frame, replyCount, replies: [], timer, resolve, reject };
        if (isReady) put(pending);
        else waiting.push(pending);
      });
    },
    close() {
      isClosed = true;
      clearTimeout(reconnectTimer);
      failAll(waiting, 'the connection to Redis is closed');
      waiting = [];
      socket?.destroy();
    },
  };
}

function failAll(pendings: readonly Pending[], reason: string): void {
  for (const pending of pendings) {
    clearTimeout(pending.timer);
    pending.reject(new RedisUnavailable(reason));
  }
}

/**
 * The reply to the last frame; for a transaction that is EXEC's. A command refused while queueing discards all;
 * its own error says more than EXEC's, and Upstash puts it behind EXECABORT's.
 */
function lastOf(replies: readonly Reply[]): Reply {
  const last = replies.at(-1);
  if (last === undefined) throw new Error('no reply collected');
  const refusal = replies.slice(0, -1).find(isError);
  if (refusal === undefined || !isError(last)) return last;
  return { error: `EXECABORT Transaction discarded because of: ${refusal.error}` };
}
