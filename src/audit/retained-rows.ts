import type { Finding } from './finding.ts';
import type { LogSource } from './log-rows.ts';
import { openRetention, type RetentionStatement } from './retention.ts';
import type { OpenedSeal } from './seal.ts';

/** Which decisions are in the log no more, and by whose word. */
export interface RetainedRows {
  /** Up to this ordinal; 0 for none. */
  readonly decisionsTo: number;
  /** Entries of retentions that are none. Their rows are missing. */
  readonly findings: readonly Finding[];
  /** What is wrong between a seal that is good and the retentions that end with it. */
  judge(opened: OpenedSeal): readonly Finding[];
  /** What is wrong where the log has no seal any more that a retention names: it was cut. */
  judgeEnd(sealedUpToSeq: number): readonly Finding[];
}

/** Reads the entries of all retentions, which stand anywhere behind what they removed. */
export async function readRetained(source: LogSource, publicKeys: readonly string[]): Promise<RetainedRows> {
  const good: RetentionStatement[] = [];
  const findings: Finding[] = [];
  for await (const { ordinal, id, record } of source.retentions()) {
    const opened = openRetention(publicKeys, record);
    if (opened.ok) good.push(opened.value);
    else
      findings.push({
        kind: 'edited',
        table: 'entries',
        ordinal,
        id,
        detail: `its retention: ${opened.error}`,
      });
  }
  const badSeal = (ordinal: number, detail: string): Finding => ({
    kind: 'bad-seal',
    table: 'seals',
    ordinal,
    id: null,
    detail,
  });
  return {
    decisionsTo: Math.max(0, ...good.map(({ decisionsTo }) => decisionsTo)),
    findings,
    judge({ statement, hash }) {
      const strange = good.filter(
        ({ sealSeq, sealHash, decisionsTo }) =>
          sealSeq === statement.seq && (sealHash !== hash || decisionsTo !== statement.decisions.to),
      );
      return strange.map(() =>
        badSeal(statement.seq, 'decisions were retained under another seal of this number'),
      );
    },
    judgeEnd: (sealedUpToSeq) =>
      good
        .filter(({ sealSeq }) => sealSeq > sealedUpToSeq)
        .map(({ sealSeq }) => badSeal(sealSeq, 'decisions were retained under a seal of this number')),
  };
}
