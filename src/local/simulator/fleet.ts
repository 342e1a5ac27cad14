import type { Config } from '../../config.ts';
import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import type { Climate, FaultCounts } from './faults.ts';
import { createIsolate, type Isolate } from './isolate.ts';
import type { MarketSource } from './market-source.ts';
import type { Network } from './network.ts';
import { Platform } from './platform.ts';
import type { World } from './world.ts';

interface FleetOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly climate: Climate;
  readonly counts: FaultCounts;
  readonly network: Network;
  readonly market: MarketSource;
  readonly config: Config;
  readonly models: World['models'];
}

/** The isolates of a run. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #isolates: Isolate[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  add(): void {
    const { config, models, time } = this.#options;
    this.#isolates.push(
      createIsolate({ id: this.made(), platform: this.createPlatform(), config, models, time }),
    );
  }

  /** It dies, and another one comes in its place. */
  replace(isolate: Isolate): void {
    isolate.platform.isDead = true;
    this.add();
  }

  living(): readonly Isolate[] {
    return this.#isolates.filter((isolate) => !isolate.platform.isDead);
  }

  /** How many there have been. */
  made(): number {
    return this.#isolates.length;
  }

  /** Turns in which one only looked whether something had come. */
  polls(): number {
    return this.#isolates.reduce((sum, { platform }) => sum + platform.pollCount, 0);
  }

  /** What an isolate, or an operator's machine, runs on in this climate. */
  createPlatform(): Platform {
    const { time, draw, counts, network, market, climate } = this.#options;
    const { skewMsMax, standingClocks: hasStandingClocks } = climate;
    const skewMs = Math.round(draw.between(-skewMsMax, skewMsMax));
    if (skewMs !== 0) counts['clock skewed'] += 1;
    if (hasStandingClocks) counts['clock stands between I/O'] += 1;
    return new Platform({ time, draw, network, market, skewMs, hasStandingClocks });
  }
}
