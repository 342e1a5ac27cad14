import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import {
  appendLook,
  appendVerdict,
  type HoldoutKey,
  type HoldoutLedger,
  LOOKS_MAX,
  type Look,
  nextLook,
  sameHoldout,
} from './holdout-ledger.ts';
import { appendLedgerLine, readHoldoutLedger } from './holdout-ledger-file.ts';

/** Chance of a false discovery shared out over all looks at one holdout. */
export const ALPHA_TOTAL = 0.05;

/** A look with what it showed; null where nobody wrote that down. */
export interface LookShown extends Look {
  readonly statistic: number | null;
  readonly isAccepted: boolean;
}

/** Writes the look into the ledger at `path` before anybody looks, so that one that was cut short has counted. */
export async function noteLook(
  path: string,
  key: HoldoutKey,
  candidate: string,
  at: string,
): Promise<Result<Look, string>> {
  const ledger = await readHoldoutLedger(path);
  if (!ledger.ok) return ledger;
  const look = nextLook(ledger.value, key, candidate, ALPHA_TOTAL);
  if (look.alpha === 0) {
    return err(
      `the holdout of ${key.series} is spent: ${LOOKS_MAX} candidates have looked at it. Newer data, after ${dateOf(key.toMs)}, would be a fresh one`,
    );
  }
  const added = appendLook(ledger.value, look, at);
  if (!added.ok) return added;
  const written = await append(path, added.value?.line);
  return written.ok ? ok(look) : written;
}

/** Writes what the look has shown, and answers all looks at this holdout. */
export async function noteVerdict(
  path: string,
  look: Look,
  shown: { readonly statistic: number; readonly isAccepted: boolean },
  at: string,
): Promise<Result<readonly LookShown[], string>> {
  const ledger = await readHoldoutLedger(path);
  if (!ledger.ok) return ledger;
  const appended = appendVerdict(ledger.value, look, shown, at);
  if (!appended.ok) return appended;
  const written = await append(path, appended.value?.line);
  if (!written.ok) return written;
  return ok(looksShown(appended.value?.ledger ?? ledger.value, look));
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

async function append(path: string, line: string | undefined): Promise<Result<undefined, string>> {
  if (line === undefined) return ok(undefined);
  await mkdir(dirname(path), { recursive: true });
  return appendLedgerLine(path, line);
}

function looksShown({ entries }: HoldoutLedger, key: HoldoutKey): readonly LookShown[] {
  return entries.flatMap((entry): LookShown[] => {
    if (entry.kind !== 'look' || !sameHoldout(entry, key)) return [];
    const verdict = entries.find(
      (other) =>
        other.kind === 'verdict' && other.candidate === entry.candidate && other.index === entry.index,
    );
    return [
      verdict?.kind === 'verdict'
        ? { ...entry, statistic: verdict.statistic, isAccepted: verdict.isAccepted }
        : { ...entry, statistic: null, isAccepted: false },
    ];
  });
}
