/**
 * Whose turn it is to write. SQLite has one writer at a time, and a synchronous driver that waited for it inside
 * SQLite would stop the very event loop on which the other writer must commit: so streams queue here instead, in
 * order of arrival.
 */

export interface WriteTurn<Owner> {
  /** Resolves with true when it is this owner's turn, false when `cancelWaiting` ended the wait. */
  take(owner: Owner): Promise<boolean>;
  /** Passes the turn on; nothing happens unless `owner` has it. */
  release(owner: Owner): void;
  isHeldBy(owner: Owner): boolean;
  /** Ends the waits that began at or before `startedAtMs`. */
  cancelWaiting(startedAtMs: number): void;
}

export function createWriteTurn<Owner>(clock: { nowMs(): number }): WriteTurn<Owner> {
  let holder: Owner | null = null;
  let waiting: { owner: Owner; startedAtMs: number; resolve: (isTurn: boolean) => void }[] = [];

  return {
    take(owner) {
      if (holder === owner) return Promise.resolve(true);
      if (holder === null) {
        holder = owner;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => waiting.push({ owner, startedAtMs: clock.nowMs(), resolve }));
    },
    release(owner) {
      if (holder !== owner) return;
      const next = waiting.shift();
      holder = next?.owner ?? null;
      next?.resolve(true);
    },
    isHeldBy: (owner) => holder === owner,
    cancelWaiting(startedAtMs) {
      const late = waiting.filter((waiter) => waiter.startedAtMs <= startedAtMs);
      waiting = waiting.filter((waiter) => waiter.startedAtMs > startedAtMs);
      for (const waiter of late) waiter.resolve(false);
    },
  };
}
