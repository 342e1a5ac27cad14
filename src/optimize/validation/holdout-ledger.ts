import { canonicalJson } from '../../core/canonical-json.ts';
import { sha256Hex } from '../../core/digest.ts';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';

/** What is held out. */
export interface HoldoutKey {
  /** What the bars are of, e.g. `SPX/1d`: another file of the same series, a day longer, is no fresh data. */
  readonly series: string;
  /** Of the data file, for the record. */
  readonly dataSha256: string;
  /** Starts of the first and of the last bar held out, epoch milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** One candidate's look at a holdout, and the error it may spend. */
export interface Look extends HoldoutKey {
  readonly kind: 'look';
  /** SHA-256 (hex) of whatever determines what is looked at. */
  readonly candidate: string;
  /** From 1, among the looks at this series whose ranges overlap. */
  readonly index: number;
  /** Chance of a false discovery that this look may take: {@link spentAlpha}. */
  readonly alpha: number;
}

/** What a look has shown. */
interface Verdict {
  readonly kind: 'verdict';
  readonly dataSha256: string;
  readonly candidate: string;
  readonly index: number;
  /** Lower bound, at the look's level, of what was tested: the most that any head showed. Above 0 it is shown. */
  readonly statistic: number;
  readonly isAccepted: boolean;
}

type Entry = Look | Verdict;

/** Every look ever taken, oldest first. */
export interface HoldoutLedger {
  readonly entries: readonly Entry[];
  /** Of the last line; '' of an empty ledger. */
  readonly lastHash: string;
}

/** A ledger that is one line longer, and that line, without its end. */
interface Appended {
  readonly ledger: HoldoutLedger;
  readonly line: string;
}

/** Looks that a holdout is good for. Then it is spent, and says nothing about anybody any more. */
export const LOOKS_MAX = 20;

/**
 * α of the k-th look out of a total: an equal share of it for each of {@link LOOKS_MAX}, and 0 after them. So however
 * candidates are chosen between looks, the chance of accepting anything without merit stays below the total (Bonferroni
 * over looks; alpha spending with equal shares).
 */
export const spentAlpha = (total: number, index: number): number =>
  index <= LOOKS_MAX ? total / LOOKS_MAX : 0;

/**
 * The look that `candidate` would take, or has taken: the same candidate at the same holdout sees nothing new, so it
 * keeps its index and its α, and a run that is repeated comes to the same verdict. Changing the range a little or
 * the share does not make the holdout fresh: every overlapping range of the same series counts.
 */
export function nextLook(
  ledger: HoldoutLedger,
  key: HoldoutKey,
  candidate: string,
  alphaTotal: number,
): Look {
  const looks = looksAt(ledger, key);
  const taken = looks.find(
    (look) => look.candidate === candidate && look.fromMs === key.fromMs && look.toMs === key.toMs,
  );
  if (taken !== undefined) return taken;
  const index = looks.reduce((last, look) => Math.max(last, look.index), 0) + 1;
  const { series, dataSha256, fromMs, toMs } = key;
  const alpha = spentAlpha(alphaTotal, index);
  return { kind: 'look', series, dataSha256, fromMs, toMs, candidate, index, alpha };
}

/**
 * Before the holdout is looked at, so that a run that dies has spent its look. Undefined: it is written already.
 * Fails where the look was taken of an older ledger, and another one has its index since.
 */
export function appendLook(
  ledger: HoldoutLedger,
  look: Look,
  at: string,
): Result<Appended | undefined, string> {
  if (isWritten(ledger, look)) return ok(undefined);
  const { index } = nextLook(ledger, look, look.candidate, look.alpha);
  return index === look.index ? ok(append(ledger, look, at)) : err(`look ${look.index} is taken already`);
}

/**
 * After it was looked at. Undefined: the same verdict is written already. Fails where another one is, since then the
 * candidate's hash does not determine what was looked at; and where the look itself is not written.
 */
export function appendVerdict(
  ledger: HoldoutLedger,
  look: Look,
  shown: Pick<Verdict, 'statistic' | 'isAccepted'>,
  at: string,
): Result<Appended | undefined, string> {
  const { dataSha256, candidate, index } = look;
  const { statistic, isAccepted } = shown;
  if (!isWritten(ledger, look)) return err('the look is not in the ledger');
  const verdict: Verdict = { kind: 'verdict', dataSha256, candidate, index, statistic, isAccepted };
  const earlier = ledger.entries.find(
    (entry) =>
      entry.kind === 'verdict' &&
      entry.dataSha256 === dataSha256 &&
      entry.candidate === candidate &&
      entry.index === index,
  );
  if (earlier === undefined) return ok(append(ledger, verdict, at));
  if (isWritten(ledger, verdict)) return ok(undefined);
  return err(`look ${index} of candidate ${candidate} has another verdict in the ledger`);
}

/**
 * Reads JSON lines `{"entry", "hash", "at"}`: hash is over the hash before and the entry, `at` is outside it. Fails
 * with the line number where a line was changed, taken out, put in, or not written to its end. That the newest lines
 * were cut off whole, a file alone cannot tell.
 */
export function parseLedger(text: string): Result<HoldoutLedger, string> {
  if (text === '') return ok({ entries: [], lastHash: '' });
  if (!text.endsWith('\n')) return err('the last line of the ledger was not written to its end');
  const entries: Entry[] = [];
  let lastHash = '';
  for (const [i, line] of text.slice(0, -1).split('\n').entries()) {
    const read = parseLine(line, lastHash);
    if (!read.ok) return err(`line ${i + 1} of the ledger ${read.error}`);
    entries.push(read.value.entry);
    lastHash = read.value.hash;
  }
  return ok({ entries, lastHash });
}

const looksAt = (ledger: HoldoutLedger, key: HoldoutKey): readonly Look[] =>
  ledger.entries.filter((entry): entry is Look => entry.kind === 'look' && sameHoldout(entry, key));

/** Whether a look was at this series, in a range that overlaps. */
export const sameHoldout = (look: Look, { series, fromMs, toMs }: HoldoutKey): boolean =>
  look.series === series && look.fromMs <= toMs && look.toMs >= fromMs;

const isWritten = (ledger: HoldoutLedger, entry: Entry): boolean =>
  ledger.entries.some((written) => canonicalJson(written) === canonicalJson(entry));

function append(ledger: HoldoutLedger, entry: Entry, at: string): Appended {
  const hash = hashAfter(ledger.lastHash, entry);
  return {
    ledger: { entries: [...ledger.entries, entry], lastHash: hash },
    line: canonicalJson({ entry, hash, at }),
  };
}

const hashAfter = (lastHash: string, entry: unknown): string =>
  sha256Hex(`${lastHash}\n${canonicalJson(entry as NonNullable<unknown>)}`);

function parseLine(line: string, lastHash: string): Result<{ entry: Entry; hash: string }, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (thrown) {
    return err(`is not JSON: ${messageOf(thrown)}`);
  }
  const { entry, hash } = Object(parsed) as Readonly<Record<string, unknown>>;
  if (!isEntry(entry)) return err('is no look and no verdict');
  if (hash !== hashAfter(lastHash, entry))
    return err('does not follow on the line before it: its hash differs');
  return ok({ entry, hash });
}

function isEntry(value: unknown): value is Entry {
  const entry = Object(value) as Readonly<Record<string, unknown>>;
  const isCounted = (x: unknown): boolean => typeof x === 'number' && Number.isInteger(x);
  if (typeof entry['dataSha256'] !== 'string' || typeof entry['candidate'] !== 'string') return false;
  if (!isCounted(entry['index'])) return false;
  if (entry['kind'] === 'verdict') {
    return typeof entry['statistic'] === 'number' && typeof entry['isAccepted'] === 'boolean';
  }
  return (
    entry['kind'] === 'look' &&
    typeof entry['series'] === 'string' &&
    typeof entry['alpha'] === 'number' &&
    isCounted(entry['fromMs']) &&
    isCounted(entry['toMs'])
  );
}
