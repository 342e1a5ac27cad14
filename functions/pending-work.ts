/** Work that goes on behind answers, where the runtime has no `waitUntil` of its own. */
export function pendingWork(report: (failure: unknown) => void) {
  const pending = new Set<Promise<void>>();
  return {
    add(work: Promise<void>): void {
      const guarded = work.catch(report).finally(() => pending.delete(guarded));
      pending.add(guarded);
    },
    /** Resolves when everything added so far has ended. */
    async settled(): Promise<void> {
      await Promise.all(pending);
    },
  };
}
