import type { Clock } from '../core/clock.ts';
import type { Catalog, ServedModel } from './catalog.ts';

export interface CatalogHolder {
  current(): Catalog;
  /**
   * Keeps the models of the present catalog and of later ones loaded until what it answers is called, for a minute at
   * most. A request calls it before it looks into a catalog.
   */
  enter(): () => void;
  /** From the next `current` on; models that only requests under way may use are given back when those have ended. */
  swap(catalog: Catalog): void;
}

interface HolderOptions {
  readonly catalog: Catalog;
  /** Are never given back: what the deployment ships is what a rollback may come back to. */
  readonly kept: readonly ServedModel[];
  readonly clock: Clock;
}

interface Generation {
  readonly catalog: Catalog;
  inFlight: number;
  enteredAtMs: number;
}

/** On Workers a request whose client went away may never end. Above the longest request (ARCHITECTURE: 16.5 s). */
const requestMsMax = 60_000;

/** One immutable catalog at a time, swapped as a whole. Counts are plain data: nothing here is awaited. */
export function createCatalogHolder({ catalog, kept, clock }: HolderOptions): CatalogHolder {
  const first: Generation = { catalog, inFlight: 0, enteredAtMs: 0 };
  let present = first;
  let retired: readonly Generation[] = [];

  const isInUse = ({ inFlight, enteredAtMs }: Generation): boolean =>
    inFlight > 0 && clock.monotonicMs() < enteredAtMs + requestMsMax;

  function giveBackUnused(): void {
    // A request that entered at one catalog may look into any later one.
    const firstUsed = retired.findIndex(isInUse);
    const unused = firstUsed < 0 ? retired : retired.slice(0, firstUsed);
    retired = retired.slice(unused.length);
    const used = new Set([...kept, ...[present, ...retired].flatMap(modelsOf)]);
    for (const model of new Set(unused.flatMap(modelsOf))) {
      if (!used.has(model)) model.runnable.release();
    }
  }

  return {
    current: () => present.catalog,
    enter() {
      const entered = present;
      entered.inFlight += 1;
      entered.enteredAtMs = clock.monotonicMs();
      return () => {
        entered.inFlight -= 1;
        if (entered !== present) giveBackUnused();
      };
    },
    swap(next) {
      retired = [...retired, present];
      present = { catalog: next, inFlight: 0, enteredAtMs: 0 };
      giveBackUnused();
    },
  };
}

const modelsOf = ({ catalog }: Generation): readonly ServedModel[] => [
  ...catalog.models,
  ...catalog.candidates,
  ...catalog.rungs,
];
