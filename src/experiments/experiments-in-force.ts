import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/message-of.ts';
import type { Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { Experiment } from './experiment.ts';

export interface ExperimentsInForce {
  /**
   * The experiment that runs on a symbol, as far as this isolate knows. Waits for nothing: what it knows is read again
   * behind the answer once it is two and a half seconds old, or the registry has a higher epoch.
   */
  on(symbol: string, registryEpoch: number, scope: RequestScope): Experiment | undefined;
  /** Takes an experiment out of force in this isolate, until a higher epoch of it is read. */
  suspend(experiment: Experiment): void;
}

interface Options {
  /** Must end by a deadline of its own, below {@link readMsMax}. */
  readonly load: () => Promise<Result<readonly Experiment[], string>>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly report: (failure: unknown) => void;
}

const freshMs = 2_500;
/** What could not be read again for so long is in force no more: production answers. */
const knownMsMax = 30_000;
/** A read that was cut off with its request never ends; above the database's longest deadline. */
const readMsMax = 10_000;

/** Plain data: on Workers a request must not await the read that another one began. */
export function createExperimentsInForce({ load, clock, report }: Options): ExperimentsInForce {
  let running: readonly Experiment[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;
  let readUnderEpoch = -1;
  let readingUntilMs = Number.NEGATIVE_INFINITY;
  const suspended = new Map<string, number>();

  async function read(registryEpoch: number): Promise<void> {
    const sentAtMs = clock.monotonicMs();
    readingUntilMs = sentAtMs + readMsMax;
    try {
      const loaded = await load();
      if (!loaded.ok) return report(`experiments: ${loaded.error}`);
      // A later read may have come first.
      if (sentAtMs < readAtMs) return;
      running = loaded.value.filter(({ state }) => state === 'running');
      readAtMs = sentAtMs;
      readUnderEpoch = registryEpoch;
    } catch (failure) {
      report(`experiments: ${messageOf(failure)}`);
    } finally {
      readingUntilMs = Number.NEGATIVE_INFINITY;
    }
  }

  return {
    on(symbol, registryEpoch, scope) {
      const nowMs = clock.monotonicMs();
      const isDue = nowMs >= readAtMs + freshMs || registryEpoch > readUnderEpoch;
      if (isDue && nowMs >= readingUntilMs) scope.waitUntil(read(registryEpoch));
      if (nowMs >= readAtMs + knownMsMax) return undefined;
      return running.find(
        ({ name, epoch, terms }) => terms.symbols.includes(symbol) && epoch > (suspended.get(name) ?? 0),
      );
    },
    suspend({ name, epoch }) {
      suspended.set(name, Math.max(epoch, suspended.get(name) ?? 0));
    },
  };
}
