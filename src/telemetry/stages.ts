import type { Clock } from '../core/clock.ts';

/**
 * The stages of one request and how long each took, for `Server-Timing` (W3C Server Timing). On deployed
 * Workers the clock stands still between I/O, so stages that only compute read 0 there.
 */
export class Stages {
  readonly #clock: Clock;
  readonly #done: { readonly name: string; readonly durationMs: number }[] = [];
  #current: { readonly name: string; readonly startedAtMs: number };

  constructor(clock: Clock, first: string) {
    this.#clock = clock;
    this.#current = { name: first, startedAtMs: clock.monotonicMs() };
  }

  /** Ends the running stage and begins another. */
  begin(name: string): void {
    const nowMs = this.#clock.monotonicMs();
    this.#done.push({ name: this.#current.name, durationMs: nowMs - this.#current.startedAtMs });
    this.#current = { name, startedAtMs: nowMs };
  }

  /** The header's value; ends the running stage. */
  serverTiming(): string {
    this.begin('end');
    return this.#done.map((stage) => `${stage.name};dur=${stage.durationMs.toFixed(3)}`).join(', ');
  }
}
