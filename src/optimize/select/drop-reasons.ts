import type { BorutaFeature } from './boruta.ts';
import type { UsefulnessFeature } from './drop-useless.ts';
import type { ChainFindings, SelectionStepName } from './selection-chain.ts';
import type { SparedFeature } from './spare-needed.ts';
import type { StabilityFeature } from './stability.ts';

export interface Dropped {
  readonly feature: number;
  /** With the figures that decided. */
  readonly reason: string;
}

/** What each step dropped and why, in the words of a report. */
export function dropReasons(
  findings: ChainFindings,
): Readonly<Record<SelectionStepName, readonly Dropped[]>> {
  return {
    shadow: reasonsOf(findings.shadow, shadowReason),
    redundancy: reasonsOf(findings.redundancy, redundancyReason),
    permutation: reasonsOf(findings.permutation, permutationReason),
    stability: reasonsOf(findings.stability, stabilityReason),
  };
}

function reasonsOf<T extends { readonly feature: number }>(
  findings: readonly T[],
  reasonOf: (finding: T) => string | undefined,
): readonly Dropped[] {
  return findings.flatMap((finding) => {
    const reason = reasonOf(finding);
    return reason === undefined ? [] : [{ feature: finding.feature, reason }];
  });
}

function shadowReason({ verdict, hits, rounds }: BorutaFeature): string | undefined {
  const score = `beat the best shadow in ${hits} of ${rounds} rounds`;
  switch (verdict) {
    case 'accepted':
    case 'tentative':
      return undefined;
    case 'undecided':
      return `${score}: not enough to tell it from chance`;
    case 'rejected':
      return `${score}: no better than chance`;
  }
}

function redundancyReason(finding: SparedFeature): string | undefined {
  switch (finding.verdict) {
    case 'kept':
    case 'needed':
      return undefined;
    case 'copy':
      return `a copy of the more important feature ${finding.representative}, R² ${finding.r2.toFixed(3)}`;
    case 'redundant':
      return `R² ${finding.r2.toFixed(3)} from more important features, nearest feature ${finding.representative}`;
    case 'constant':
      return 'has one value in all rows';
  }
}

function permutationReason({ verdict, importance, low, high }: UsefulnessFeature): string | undefined {
  const nats = (value: number): string => value.toFixed(5);
  const interval = `${nats(low)} … ${nats(high)}`;
  return verdict === 'useful'
    ? undefined
    : `later rows lose ${nats(importance)} nats (${interval}) when it is permuted: it does not help`;
}

function stabilityReason({ verdict, share }: StabilityFeature): string | undefined {
  return verdict === 'stable' ? undefined : `chosen on ${(100 * share).toFixed(0)} % of the halves`;
}
