import type { Fold, Latency, LineagePart, OptimizationReport, Span } from '../optimization-report.ts';
import type { MadeModel, Making } from '../pipeline/make-model.ts';
import type { LookShown } from '../validation/look-at-holdout.ts';
import { composeCompression } from './compose/compose-compression.ts';
import { composeDecisions } from './compose/compose-decisions.ts';
import { composeHead } from './compose/compose-head.ts';
import { composeWords } from './compose/compose-words.ts';

interface RunFacts {
  readonly looks: readonly LookShown[];
  readonly alpha: number;
  readonly stages: LineagePart['stages'];
  readonly versions: LineagePart['versions'];
  readonly machine: LineagePart['machine'];
  /** Of each form, in the order of `compressed.forms`. */
  readonly latencies: readonly (readonly Latency[])[];
}

/** Everything that a run found, as the report tells it. */
export function composeReport(making: Making, made: MadeModel, facts: RunFacts): OptimizationReport {
  const { recipe } = making;
  const { learning, trained } = made;
  const { bars, report } = recipe.source;
  const decisions = composeDecisions(making, made);
  const compression = composeCompression(made, facts.latencies);
  return {
    formatVersion: 1,
    verdict: composeVerdict(making, made, composeWords(made, decisions, compression)),
    data: {
      findings: report.findings,
      rowsRead: report.rowCount,
      bars: bars.length,
      examples: learning.examples.count,
    },
    validation: {
      folds: trained.folds.map(({ fold }) => composeFold(made, fold.train, fold.test)),
      development: spanOf(made, learning.development),
      holdout: spanOf(made, learning.holdout),
    },
    heads: trained.heads.map((_, h) => composeHead(making, made, h)),
    decisions,
    compression,
    ledger: {
      alpha: facts.alpha,
      looks: facts.looks.map(({ index, alpha, candidate, statistic, isAccepted }) => ({
        index,
        alphaSpent: alpha,
        candidate,
        statistic,
        verdict: isAccepted ? 'passed' : 'refused',
      })),
    },
    lineage: {
      parameters: made.release.bundle.manifest.lineage.parameters,
      stages: facts.stages,
      versions: facts.versions,
      machine: facts.machine,
    },
  };
}

function composeVerdict(
  making: Making,
  made: MadeModel,
  words: readonly string[],
): OptimizationReport['verdict'] {
  const { recipe, seed, incumbent, codeCommit } = making;
  const { manifest, hash } = made.release.bundle;
  const { bars, description, sha256 } = recipe.source;
  return {
    outcome: made.isReleased ? 'released' : 'refused',
    name: recipe.name,
    version: hash,
    purpose:
      recipe.purpose === 'test' ? 'To act in tests; production refuses it.' : 'To answer trading clients.',
    symbols: recipe.symbols,
    interval: recipe.interval,
    targets: made.trained.heads.map(({ head }) => ({
      head: head.name,
      target: String(manifest.lineage.parameters[`${head.name}.target`]),
    })),
    seed,
    trials: made.trained.heads.reduce((sum, { search }) => sum + search.trials.length, 0),
    reproducibility: made.trained.isCut
      ? { kind: 'not-reproducible', reason: 'its budget of time ended a search early' }
      : { kind: 'reproducible' },
    codeCommit,
    source: {
      description,
      hash: sha256,
      span: { fromMs: bars.at(0)?.tMs ?? NaN, toMs: bars.at(-1)?.tMs ?? NaN, rows: bars.length },
    },
    incumbent: incumbent
      ? { name: incumbent.manifest.name, version: incumbent.version }
      : { absent: 'nothing runs under this name yet' },
    words: [...words, ...codeWords(codeCommit), ...recipe.caveats],
    gates: made.gates,
  };
}

const codeWords = (codeCommit: string): string[] =>
  codeCommit.endsWith('+')
    ? ['The code had changes that no commit holds: the commit alone does not make this bundle again.']
    : [];

function composeFold(made: MadeModel, train: Int32Array, test: Int32Array): Fold {
  const firstTest = test.at(0) ?? 0;
  const within = made.learning.development.filter((index) => index < firstTest).length;
  return {
    train: spanOf(made, train),
    test: spanOf(made, test),
    purged: within - train.length,
    embargoBars: made.learning.set.embargoBars,
  };
}

function spanOf({ learning }: MadeModel, indices: Int32Array): Span {
  const at = (place: number): number => learning.examples.atMs[indices.at(place) as number] ?? NaN;
  return { fromMs: at(0), toMs: at(-1), rows: indices.length };
}
