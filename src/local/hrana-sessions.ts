/** The open streams of a Hrana server, the connections they use and what they may do at the same time. */
import { randomBytes } from 'node:crypto';
import type { HranaError, StreamRequest, StreamResult } from './hrana-protocol.ts';
import { createHranaStream, type HranaStream } from './hrana-stream.ts';
import { openSqlConnection, type SqlConnection } from './sql-connection.ts';
import { createWriteTurn, type WriteTurn } from './write-turn.ts';

export interface HranaSessionsOptions {
  readonly file: string;
  /** Milliseconds that never step back. */
  readonly clock: { nowMs(): number };
  readonly streamExpiryMs: number;
  readonly transactionTimeoutMs: number;
}

interface Session {
  readonly stream: HranaStream;
  readonly connection: SqlConnection;
  lastUsedMs: number;
  /** Since when its open transaction has the turn to write. */
  writingSinceMs: number | null;
  isTimedOut: boolean;
}

const IDLE_CONNECTIONS_MAX = 8;
const TRANSACTION_TIMEOUT: HranaError = { code: 'TRANSACTION_TIMEOUT', message: 'Transaction timed out' };
const TRANSACTION_BUSY: HranaError = {
  code: 'TRANSACTION_BUSY',
  message: 'Server cannot handle additional transactions',
};

export class HranaSessions {
  readonly #options: HranaSessionsOptions;
  readonly #turn: WriteTurn<Session>;
  /** By the baton that the next request must show; one that is being answered is not here. */
  readonly #waiting = new Map<string, Session>();
  readonly #idle: SqlConnection[];

  constructor(options: HranaSessionsOptions) {
    this.#options = options;
    this.#turn = createWriteTurn(options.clock);
    this.#idle = [openSqlConnection(options.file)];
  }

  /**
   * Answers the requests in the baton's stream, or in a new one when `baton` is null. Null when there is no such
   * stream (any more). Throws ProtocolError; the stream is over then.
   */
  async answer(
    baton: string | null,
    requests: readonly StreamRequest[],
  ): Promise<{ readonly baton: string | null; readonly results: readonly StreamResult[] } | null> {
    const session = baton === null ? this.#open() : this.#waiting.get(baton);
    if (session === undefined) return null;
    if (baton !== null) this.#waiting.delete(baton);
    try {
      const results = await this.#execute(session, requests);
      return { baton: this.#settle(session), results };
    } catch (error) {
      this.#discard(session);
      throw error;
    }
  }

  /** Rolls back what has been open, or unused, for too long. */
  sweep(): void {
    const { clock, streamExpiryMs, transactionTimeoutMs } = this.#options;
    const nowMs = clock.nowMs();
    for (const [baton, session] of this.#waiting) {
      if (nowMs - session.lastUsedMs >= streamExpiryMs) {
        this.#waiting.delete(baton);
        this.#discard(session);
      } else if (session.writingSinceMs !== null && nowMs - session.writingSinceMs >= transactionTimeoutMs) {
        session.isTimedOut = true;
        session.connection.rollback();
        this.#passTurnOn(session);
      }
    }
    this.#turn.cancelWaiting(nowMs - transactionTimeoutMs);
  }

  /** Rolls back every open transaction and closes the file. */
  close(): void {
    for (const session of this.#waiting.values()) this.#discard(session);
    this.#waiting.clear();
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #open(): Session {
    const connection = this.#idle.pop() ?? openSqlConnection(this.#options.file);
    return {
      stream: createHranaStream(connection),
      connection,
      lastUsedMs: this.#options.clock.nowMs(),
      writingSinceMs: null,
      isTimedOut: false,
    };
  }

  async #execute(session: Session, requests: readonly StreamRequest[]): Promise<readonly StreamResult[]> {
    if (session.isTimedOut) return refuseAll(requests, TRANSACTION_TIMEOUT);
    if (session.stream.mayWrite(requests) && !(await this.#turn.take(session)))
      return refuseAll(requests, TRANSACTION_BUSY);
    return session.stream.answer(requests);
  }

  /** The next baton, or null when the stream is over. */
  #settle(session: Session): string | null {
    if (session.stream.isClosed() || session.isTimedOut) {
      this.#discard(session);
      return null;
    }
    const nowMs = this.#options.clock.nowMs();
    const isStillWriting = session.connection.isInTransaction() && this.#turn.isHeldBy(session);
    if (isStillWriting) session.writingSinceMs ??= nowMs;
    else this.#passTurnOn(session);
    session.lastUsedMs = nowMs;
    const baton = randomBytes(24).toString('base64url');
    this.#waiting.set(baton, session);
    return baton;
  }

  #discard(session: Session): void {
    const { connection } = session;
    if (connection.isInTransaction()) connection.rollback();
    this.#passTurnOn(session);
    if (connection.isClean() && this.#idle.length < IDLE_CONNECTIONS_MAX) this.#idle.push(connection);
    else connection.close();
  }

  #passTurnOn(session: Session): void {
    session.writingSinceMs = null;
    this.#turn.release(session);
  }
}

const refuseAll = (requests: readonly StreamRequest[], error: HranaError): StreamResult[] =>
  requests.map(() => ({ type: 'error', error }));
