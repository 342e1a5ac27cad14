import type { Clock } from '../core/clock.ts';

const thousandths = Array.from({ length: 1000 }, (_, value) => value.toString().padStart(3, '0'));

/**
 * The stages of one request and how long each took, for `Server-Timing` (W3C Server Timing). On deployed
 * Workers the clock stands still between I/O, so stages that only compute read 0 there.
 */
export class Stages {
  readonly #clock: Clock;
  #done = '';
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
    const separator = this.#done === '' ? '' : ', ';
    // To the microsecond, of whole numbers: printing a fraction costs several times as much.
    const us = Math.max(0, Math.round((nowMs - this.#startedAtMs) * 1000));
    this.#done += `${separator}${this.#name};dur=${Math.floor(us / 1000)}.${thousandths[us % 1000]}`;
    this.#name = name;
    this.#startedAtMs = nowMs;
  }

  /** The header's value; ends the running stage. */
  serverTiming(): string {
    this.begin('end');
    return this.#done;
  }
}
