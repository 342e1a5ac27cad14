import { sha256Hex } from '../core/digest.ts';

/** Of a record or an entry: what its link is taken over. */
export interface Linkable {
  readonly writer: string;
  readonly recordHash: string;
  readonly receipt: string;
}

/** A record's place in the chain of its writer, fixed when it is first sent to be written. */
export interface Link {
  /** From 1. A link that was given and never written (its process died, its verb was refused) leaves a hole. */
  readonly chainSeq: number;
  /** Hash of the writer's link before this one; 64 zeros for the first. */
  readonly prev: string;
}

export type Linked<T extends Linkable> = T & Link;

/** The hash chain of one writer: decisions and audit entries in the order in which they were first sent. */
export interface Chain {
  /** The record with its link: the same one however often it is asked for, so that a retry writes the same bytes. */
  link<T extends Linkable & object>(record: T): Linked<T>;
}

const genesis = '0'.repeat(64);

/** Plain data: on Workers nothing here may be a promise of one request that another awaits. */
export function createChain(): Chain {
  const linked = new WeakMap<object, Link>();
  let chainSeq = 0;
  let head = genesis;

  function next({ writer, recordHash, receipt }: Linkable): Link {
    chainSeq += 1;
    const prev = head;
    head = linkHash({ writer, recordHash, receipt, chainSeq, prev });
    return { chainSeq, prev };
  }

  return {
    link(record) {
      const link = linked.get(record) ?? next(record);
      linked.set(record, link);
      return { ...record, chainSeq: link.chainSeq, prev: link.prev };
    },
  };
}

/**
 * Hash of a link: SHA-256 over the canonical JSON (RFC 8785) of its five facts, 64 lower-case hex digits. They are hex, an id
 * and a count, so the text is canonical as it stands.
 */
export function linkHash({ writer, recordHash, receipt, chainSeq, prev }: Linked<Linkable>): string {
  return sha256Hex(
    `{"chainSeq":${chainSeq},"prev":"${prev}","receipt":"${receipt}","recordHash":"${recordHash}","writer":"${writer}"}`,
  );
}
