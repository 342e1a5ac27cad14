import type { Clock } from '../core/clock.ts';

const thousandths = Array.from({ length: 1000 }, (_, value) => value.toString().padStart(3, '0'));

/**
 * The stages of one request and how long each took, for `Server-Timing` (W3C Server Timing). On deployed
 * Workers the clock stands still between I/O, so stages that only compute read 0 there.
 */
export class Stages {
  readonly #clock: Clock;
  readonly #names: string[];
  /** When each began. */
  readonly #sinceMs: number[];

  constructor(clock: Clock, first: string) {
    this.#clock = clock;
    this.#names = [first];
    this.#sinceMs = [clock.monotonicMs()];
  }

  /** Ends the running stage and begins another. */
  begin(name: string): void {
    this.#names.push(name);
    this.#sinceMs.push(this.#clock.monotonicMs());
  }

  /** The header's value, with the running stage as far as it is. */
  serverTiming(): string {
    const nowMs = this.#clock.monotonicMs();
    let text = '';
    for (let stage = 0; stage < this.#names.length; stage += 1) {
      const tookMs = (this.#sinceMs[stage + 1] ?? nowMs) - (this.#sinceMs[stage] as number);
      text += `${stage === 0 ? '' : ', '}${this.#names[stage]};dur=${printed(tookMs)}`;
    }
    return text;
  }
}

/** To the microsecond, of whole numbers: printing a fraction costs several times as much. */
function printed(tookMs: number): string {
  const us = Math.max(0, Math.round(tookMs * 1000));
  return `${Math.floor(us / 1000)}.${thousandths[us % 1000]}`;
}
