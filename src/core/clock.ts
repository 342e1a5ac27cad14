/**
 * Time as the runtime supplies it. On deployed Workers both readings stand still between I/O;
 * so deadlines are compared after an await or at a request's arrival, and never in a loop.
 */
export interface Clock {
  /** Wall clock, epoch milliseconds, integer. May step; use it for what people and other systems read. */
  nowMs(): number;
  /** Milliseconds from an arbitrary origin, never steps back, and goes on while the machine sleeps; use it for leases and durations. */
  monotonicMs(): number;
}

export interface Timers {
  /** Resolves after `durationMs` (≥ 0) or at once when `signal` aborts; never rejects. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Timers for whoever needs no promise of them: a tenth of the cost of a `sleep` that is aborted. */
export interface Alarms {
  /** Calls `ring` after `durationMs` (≥ 0), unless the function it answers is called before. */
  setAlarm(durationMs: number, ring: () => void): () => void;
}

export interface Random {
  /** Cryptographically strong bytes. Throws at module scope on Workers. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}
