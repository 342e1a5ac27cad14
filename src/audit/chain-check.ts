import { linkHash } from './chain.ts';
import type { LogRow, LogTable } from './log-rows.ts';

/** What is wrong with a row's place in the chain of its writer. */
export interface ChainFault {
  readonly row: LogRow;
  readonly kind: 'inserted' | 'broken-chain';
  readonly detail: string;
}

/** Links that a writer gave and that are not there: never written, or removed before they were sealed. */
export interface Hole {
  readonly writer: string;
  readonly fromChainSeq: number;
  readonly toChainSeq: number;
}

interface ChainState {
  /** The next link that would follow, and its `prev`; undefined where that is not known. */
  nextSeq: number | undefined;
  prev: string | undefined;
  readonly waiting: Map<number, LogRow>;
}

/**
 * Follows the chains of all writers through rows in any order: statements side by side write a writer's links out of
 * their order. What waits is what has come early, so memory is bounded by that.
 */
export interface ChainCheck {
  add(row: LogRow): readonly ChainFault[];
  /** Link hash of a row that was retained: what follows it follows no hole. */
  addRetained(leaf: string): void;
  /** No row comes any more: what still waits stands behind a hole. */
  finish(): { readonly faults: readonly ChainFault[]; readonly holes: readonly Hole[] };
}

/** `isWhole`: the rows begin with the log, so that every chain begins with its first link. */
export function createChainCheck(isWhole: boolean): ChainCheck {
  const chains = new Map<string, ChainState>();
  const linkedTables = new Set<LogTable>();
  const retained = new Set<string>();

  function chainOf(writer: string): ChainState {
    const known = chains.get(writer);
    if (known) return known;
    const fresh: ChainState = {
      nextSeq: isWhole ? 1 : undefined,
      prev: isWhole ? '0'.repeat(64) : undefined,
      waiting: new Map(),
    };
    chains.set(writer, fresh);
    return fresh;
  }

  function advance(chain: ChainState): readonly ChainFault[] {
    const faults: ChainFault[] = [];
    while (chain.nextSeq !== undefined) {
      const row = chain.waiting.get(chain.nextSeq);
      if (!row) break;
      if (chain.prev !== undefined && row.prev !== chain.prev) {
        faults.push({ row, kind: 'broken-chain', detail: 'it does not follow the record before it' });
      }
      chain.waiting.delete(chain.nextSeq);
      chain.nextSeq += 1;
      chain.prev = linkHash(row);
    }
    return faults;
  }

  function addLinked(row: LogRow): readonly ChainFault[] {
    const chain = chainOf(row.writer);
    const isTaken = chain.waiting.has(row.chainSeq) || row.chainSeq < (chain.nextSeq ?? 1);
    if (isTaken) return [{ row, kind: 'inserted', detail: 'its place in its chain is taken' }];
    // Without its text: behind a link that is not here, all of its chain waits.
    chain.waiting.set(row.chainSeq, { ...row, record: '', items: null });
    return advance(chain);
  }

  function closeHoles(writer: string, chain: ChainState, holes: Hole[]): readonly ChainFault[] {
    const faults: ChainFault[] = [];
    while (chain.waiting.size > 0) {
      const next = Math.min(...chain.waiting.keys());
      const isRetained = retained.has(chain.waiting.get(next)?.prev ?? '');
      if (chain.nextSeq !== undefined && !isRetained)
        holes.push({ writer, fromChainSeq: chain.nextSeq, toChainSeq: next - 1 });
      chain.prev = undefined;
      chain.nextSeq = next;
      faults.push(...advance(chain));
    }
    return faults;
  }

  return {
    add(row) {
      if (row.chainSeq > 0) {
        linkedTables.add(row.table);
        return addLinked(row);
      }
      // Rows from before there were chains stand before all that have one.
      const isOld = row.chainSeq === 0 && !linkedTables.has(row.table);
      return isOld ? [] : [{ row, kind: 'inserted', detail: 'it has no place in a chain' }];
    },
    addRetained: (leaf) => void retained.add(leaf),
    finish() {
      const holes: Hole[] = [];
      const faults = [...chains].flatMap(([writer, chain]) => closeHoles(writer, chain, holes));
      return { faults, holes };
    },
  };
}
