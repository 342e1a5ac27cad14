import type { Clock, Timers } from '../core/clock.ts';
import type { Eventual } from '../core/eventual.ts';
import { messageOf } from '../core/message-of.ts';
import { err, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { AliasRow } from '../store/registry-rows.ts';
import { type Catalog, createCatalog, type ServedModel } from './catalog.ts';
import { type CatalogHolder, createCatalogHolder } from './catalog-holder.ts';
import type { BundleSource } from './fetch-bundle.ts';
import type { LoadOptions } from './load-model.ts';
import { type NextCatalog, nextCatalog } from './next-catalog.ts';

export interface Registry extends Pick<CatalogHolder, 'current' | 'enter'> {
  /** False where there is a registry that was not read yet: nobody knows whether the shipped models are those in force. */
  isKnown(registryEpoch: number): boolean;
  /** Waits until it was read, a deadline at most; after one wait in vain reads go on behind, and nobody waits but who comes after a pause. */
  ensureRead(scope: RequestScope): Eventual<void>;
  /** Reads it again behind the answer where the control state tells of a later epoch, or something was broken. */
  follow(registryEpoch: number, scope: RequestScope): void;
}

interface RegistryOptions extends LoadOptions {
  readonly shipped: readonly ServedModel[];
  readonly source: BundleSource;
  /** The aliases in force. Must end by its own deadline. */
  readonly loadAliases: () => Promise<Result<readonly AliasRow[], string>>;
  /** Is told why a model is not the registry's. */
  readonly report: (failure: unknown) => void;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** A read that was cut off with its request never ends; another one begins then. */
const readMsMax = 20_000;
/** How long a request of an isolate that has never read the registry waits for that. */
const firstReadMsMax = 3_000;
/** After which another request that waits reads it too, since the one that reads may have lost its client. */
const firstTakeOverMs = 500;
/** The same from the second read on: until one has ended nothing is permitted, so a read that is lost must not hold the next up. */
const laterTakeOverMs = 1_000;
/** From the beginning of a read that failed, or found libSQL behind what was told, to that of the next. */
const retryAfterMs = 1_000;
/** Without a read for so long, an isolate may have slept through what kept it from reading: who comes then waits again. */
const pauseMs = 2_000;
/** After which what was broken or missing is looked at again, in case it was repaired. */
const faultLifeMs = 30_000;
const pollMs = 4;

/**
 * Which models are in force, as the registry in libSQL says: what the deployment ships until it says otherwise. Read when an
 * isolate is cold and, behind an answer, whenever the control state brings a later epoch. Who reads is plain data with
 * a deadline, since on Workers no promise crosses requests.
 */
export function createRegistry(options: RegistryOptions): Registry {
  const { shipped, loadAliases, report, clock, timers } = options;
  const holder = createCatalogHolder({ catalog: shippedCatalog(shipped), kept: shipped, clock });
  let isRead = false;
  let reader: { readonly endsAtMs: number } | undefined;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  let rereadAtMs = Number.POSITIVE_INFINITY;
  let hasWaited = false;
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let firstReads = 0;

  async function readFrom(present: Catalog): Promise<Result<NextCatalog, string>> {
    try {
      const aliases = await loadAliases();
      if (!aliases.ok) return aliases;
      return await nextCatalog({ ...options, present, isFollowing: isRead, aliases: aliases.value });
    } catch (failure) {
      return err(messageOf(failure));
    }
  }

  /** One that another read overtook may hold models that are given back already, and is not taken. */
  function adopt({ catalog, fresh }: NextCatalog, present: Catalog): void {
    if (holder.current() !== present || catalog.registryEpoch < present.registryEpoch) {
      for (const model of fresh) model.runnable.release();
      return;
    }
    if (catalog.registryEpoch > present.registryEpoch || present.faults.size > 0) holder.swap(catalog);
    isRead = true;
    rereadAtMs = catalog.faults.size > 0 ? clock.monotonicMs() + faultLifeMs : Number.POSITIVE_INFINITY;
    for (const [place, { code, detail }] of catalog.faults) report(`model ${place}: ${code}: ${detail}`);
  }

  function longestReadMs(): number {
    if (isRead) return readMsMax;
    firstReads += 1;
    return firstReads === 1 ? firstTakeOverMs : laterTakeOverMs;
  }

  async function run(registryEpoch: number): Promise<void> {
    const ownBegunAtMs = clock.monotonicMs();
    begunAtMs = ownBegunAtMs;
    const own = { endsAtMs: ownBegunAtMs + longestReadMs() };
    reader = own;
    const present = holder.current();
    const next = await readFrom(present);
    if (reader === own) reader = undefined;
    if (next.ok) adopt(next.value, present);
    else report(`registry: ${next.error}`);
    // Also where libSQL tells of no such epoch yet, as a replica may. A read past its time holds nobody up any more.
    const isBehind = !next.ok || holder.current().registryEpoch < registryEpoch;
    if (isBehind && clock.monotonicMs() < own.endsAtMs) retryAtMs = ownBegunAtMs + retryAfterMs;
  }

  const isFirstUnderWay = (): boolean => !isRead && !hasWaited && reader !== undefined;
  const mayRead = (nowMs: number): boolean =>
    nowMs >= retryAtMs && (reader === undefined || nowMs >= reader.endsAtMs);

  function start(registryEpoch: number, scope: RequestScope): void {
    if (mayRead(clock.monotonicMs())) scope.waitUntil(run(registryEpoch));
  }

  async function untilRead(scope: RequestScope): Promise<void> {
    const nowMs = clock.monotonicMs();
    if (nowMs >= begunAtMs + pauseMs) hasWaited = false;
    start(0, scope);
    const untilMs = nowMs + firstReadMsMax;
    while (isFirstUnderWay() && clock.monotonicMs() < untilMs) {
      start(0, scope);
      await timers.sleep(pollMs);
    }
    hasWaited = true;
  }

  return {
    current: holder.current,
    enter: holder.enter,
    isKnown: (registryEpoch) => isRead || registryEpoch === 0,
    follow(registryEpoch, scope) {
      const isBehind = registryEpoch > holder.current().registryEpoch;
      if (isBehind || clock.monotonicMs() >= rereadAtMs) start(registryEpoch, scope);
    },
    ensureRead: (scope) => (isRead ? undefined : untilRead(scope)),
  };
}

const shippedCatalog = (models: readonly ServedModel[]): Catalog =>
  createCatalog({
    registryEpoch: 0,
    models,
    candidates: [],
    rungs: [],
    faults: new Map(),
    withheldSymbols: new Set(),
  });
