/** BUY at or above `buyAtLeast`, SELL at or below `sellAtMost`, HOLD between. */
export interface ActionThresholds {
  readonly buyAtLeast: number;
  readonly sellAtMost: number;
}

/** How the actions of two forms of a model differ, row by row. */
export interface DecisionFlips {
  readonly rowCount: number;
  /** Rows where at least one of them acts. */
  readonly eitherActs: number;
  /** Rows on which the actions differ; all of them are among `eitherActs`. */
  readonly flips: number;
  /** Of those, BUY by one and SELL by the other. */
  readonly opposites: number;
  /** flips ÷ eitherActs; 0 where neither acts anywhere. */
  readonly flipShare: number;
  /** Share of all rows on which each acts. */
  readonly actingShares: readonly [first: number, second: number];
}

/** The actions that both lists of scores mean under the same thresholds, compared. */
export function decisionFlips(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  thresholds: ActionThresholds,
): DecisionFlips {
  if (first.length !== second.length) throw new RangeError(`${first.length} scores beside ${second.length}`);
  let eitherActs = 0;
  let flips = 0;
  let opposites = 0;
  let firstActs = 0;
  let secondActs = 0;
  for (let i = 0; i < first.length; i += 1) {
    const a = sideOf(first[i] as number, thresholds);
    const b = sideOf(second[i] as number, thresholds);
    if (a !== 0) firstActs += 1;
    if (b !== 0) secondActs += 1;
    if (a !== 0 || b !== 0) eitherActs += 1;
    if (a !== b) flips += 1;
    if (a * b < 0) opposites += 1;
  }
  return {
    rowCount: first.length,
    eitherActs,
    flips,
    opposites,
    flipShare: eitherActs === 0 ? 0 : flips / eitherActs,
    actingShares: [firstActs / first.length, secondActs / first.length],
  };
}

function sideOf(score: number, { buyAtLeast, sellAtMost }: ActionThresholds): -1 | 0 | 1 {
  if (score >= buyAtLeast) return 1;
  return score <= sellAtMost ? -1 : 0;
}
