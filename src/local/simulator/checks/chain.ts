import { createHash } from 'node:crypto';
import type { Check } from '../monitor.ts';

interface Link {
  readonly writer: string;
  readonly chainSeq: number;
  readonly prev: string;
  readonly hash: string;
}

const genesis = '0'.repeat(64);

/**
 * G5: the rows of one writer are a chain: each names the hash of the one before it. A writer that was killed may leave
 * holes, for what it had linked and not yet written. The hash is made anew here, by another library.
 */
export function chain(): Check {
  return {
    replied: () => undefined,
    ended(_exchanges, libsql) {
      const columns = 'SELECT writer, chain_seq, prev, record_hash, receipt';
      const sql = `${columns} FROM decisions UNION ALL ${columns} FROM audit_entries ORDER BY writer, chain_seq`;
      const wrong: string[] = [];
      let before: Link | undefined;
      for (const row of libsql.select(sql)) {
        const link = linkOf(row);
        const isFirst = before?.writer !== link.writer;
        const isNext = link.chainSeq === (isFirst ? 1 : (before?.chainSeq ?? 0) + 1);
        const named = isFirst ? genesis : before?.hash;
        if (!isFirst && link.chainSeq === before?.chainSeq)
          wrong.push(`G5: ${link.writer} has two links ${link.chainSeq}`);
        else if (isNext && link.prev !== named)
          wrong.push(`G5: link ${link.chainSeq} of ${link.writer} names another`);
        before = link;
      }
      return wrong;
    },
  };
}

function linkOf([writer = '', seq = '', prev = '', recordHash = '', receipt = '']: readonly (
  | string
  | null
)[]): Link {
  const chainSeq = Number(seq);
  const facts = JSON.stringify({ chainSeq, prev, receipt, recordHash, writer });
  return {
    writer: String(writer),
    chainSeq,
    prev: String(prev),
    hash: createHash('sha256').update(facts).digest('hex'),
  };
}
