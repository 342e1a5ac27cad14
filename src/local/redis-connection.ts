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
  const link = new Link(options);
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

const RECONNECT_DELAY_MS_MIN = 10;
const RECONNECT_DELAY_MS_MAX = 200;
const CLOSED = 'the connection to Redis is closed';

class Link {
  readonly #options: RedisConnectionOptions;
  #waiting: Pending[] = [];
  #onWire: Pending[] = [];
  /** Null between two links. */
  #socket: Socket | null = null;
  /** Whether Redis has said on this link that it serves. */
  #isReady = false;
  #isClosed = false;
  #reconnectDelayMs = RECONNECT_DELAY_MS_MIN;
  #reconnectTimer: NodeJS.Timeout | undefined;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.#open();
  }

  /** One write, so that no other command comes between the frames of a transaction. */
  send(frame: ByteString, replyCount: number): Promise<readonly Reply[]> {
    const { commandTimeoutMs, queueMax } = this.#options;
    if (this.#isClosed) return Promise.reject(new RedisUnavailable(CLOSED));
    if (this.#waiting.length + this.#onWire.length >= queueMax)
      return Promise.reject(new RedisUnavailable(`${queueMax} commands are already waiting for Redis`));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#expire(pending), commandTimeoutMs);
      const pending: Pending = { frame, replyCount, replies: [], timer, resolve, reject };
      if (this.#isReady) this.#put(pending);
      else this.#waiting.push(pending);
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#reconnectTimer);
    failAll(this.#waiting.splice(0), CLOSED);
    this.#socket?.destroy();
  }

  #open(): void {
    const socket = connect(this.#options.address);
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    const greetingTimer = setTimeout(() => socket.destroy(), this.#options.commandTimeoutMs);
    const parse = createReplyParser((reply) => {
      if (this.#isReady) return this.#accept(reply);
      clearTimeout(greetingTimer);
      this.#greeted(socket, reply);
    });
    socket.on('connect', () => socket.write(encodeCommand(['PING']), 'latin1'));
    socket.on('data', (chunk: string) => {
      try {
        parse(chunk);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(greetingTimer);
      this.#broke();
    });
  }

  /** A Redis that still loads its file answers the greeting with an error, and would answer so to every command. */
  #greeted(socket: Socket, reply: Reply): void {
    if (isError(reply)) {
      socket.destroy();
      return;
    }
    this.#isReady = true;
    this.#reconnectDelayMs = RECONNECT_DELAY_MS_MIN;
    for (const pending of this.#waiting.splice(0)) this.#put(pending);
  }

  #broke(): void {
    this.#isReady = false;
    this.#socket = null;
    failAll(this.#onWire.splice(0), 'the link to Redis broke before it answered');
    if (this.#isClosed) return;
    this.#reconnectTimer = setTimeout(() => this.#open(), this.#reconnectDelayMs);
    this.#reconnectDelayMs = Math.min(this.#reconnectDelayMs * 2, RECONNECT_DELAY_MS_MAX);
  }

  #put(pending: Pending): void {
    this.#onWire.push(pending);
    this.#socket?.write(pending.frame, 'latin1');
  }

  #accept(reply: Reply): void {
    const pending = this.#onWire[0];
    if (pending === undefined) throw new Error('a reply to no command');
    pending.replies.push(reply);
    if (pending.replies.length < pending.replyCount) return;
    this.#onWire.shift();
    clearTimeout(pending.timer);
    pending.resolve(pending.replies);
  }

  #expire(pending: Pending): void {
    const place = this.#waiting.indexOf(pending);
    if (place >= 0) this.#waiting.splice(place, 1);
    pending.reject(new RedisUnavailable(`Redis did not answer within ${this.#options.commandTimeoutMs} ms`));
    if (place < 0) this.#socket?.destroy();
  }
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
