import type { Clock } from '../core/clock.ts';

const thousandths = Array.from({ length: 1000 }, (_, value) => value.toString().padStart(3, '0'));

/**
 * The stages of one request and how long each took, for `Server-Timing` (W3C Server Timing). On deployed
 * Workers the clock stands still between I/O, so stages that only compute read 0 there.
 */
export class Stages {
  readonly #clock: Clock;
  readonly #done: { readonly name: string; readonly tookMs: number }[] = [];
  #name: string;
  #startedAtMs: number;

  constructor(clock: Clock, first: string) {
    this.#clock = clock;
    this.#name = first;
    this.#startedAtMs = clock.monotonicMs();
  }

  /** Ends the running stage and begins another. */
  begin(name: string): void {
    const nowMs = this.#clock.monotonicMs();
    this.#done.push({ name: this.#name, tookMs: nowMs - this.#startedAtMs });
    this.#name = name;
    this.#startedAtMs = nowMs;
  }

  /** The header's value; ends the running stage. */
  serverTiming(): string {
    this.begin('end');
    return this.#done.map(({ name, tookMs }) => `${name};dur=${printed(tookMs)}`).join(', ');
  }
}

/** To the microsecond, of whole numbers: printing a fraction costs several times as much. */
function printed(tookMs: number): string {
  const us = Math.max(0, Math.round(tookMs * 1000));
  return `${Math.floor(us / 1000)}.${thousandths[us % 1000]}`;
}
