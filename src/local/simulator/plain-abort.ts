/**
 * AbortController and AbortSignal with what the service uses of them. Node's own make an event and a DOMException with its
 * stack at each abort, and the service aborts a timer at each call.
 */
type Listener = () => void;

export class PlainAbortSignal {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<Listener>();

  addEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** Whether an abort would tell anybody. */
  isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

export class PlainAbortController {
  readonly signal = new PlainAbortSignal();

  abort(reason: unknown = new Error('aborted')): void {
    this.signal.abort(reason);
  }
}
