import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ed25519PublicKey } from '../core/ed25519.ts';
import { err, ok, type Result } from '../core/result.ts';
import { ROOT } from '../local/build-worker.ts';
import { RELEASE_KEY_FILE, releaseKey } from '../local/release-key.ts';
import type { Release } from '../models/release.ts';
import { writeBundle } from './export/write-bundle.ts';
import { formLatencies } from './measure/form-latency.ts';
import { readIncumbent } from './measure/incumbent.ts';
import { type MadeModel, type Making, makeModel } from './pipeline/make-model.ts';
import { modelFeatures } from './pipeline/model-features.ts';
import { prepareLearning } from './pipeline/prepare-learning.ts';
import { codeCommit } from './release/code-commit.ts';
import { composeReport } from './report/compose-report.ts';
import { gateLine } from './report/gate-line.ts';
import { measurementsOf } from './report/measurements.ts';
import { writeReport } from './report/write-report.ts';
import type { StageEnd, StageRun } from './run-stage.ts';
import { type StageClock, stageClock } from './stage-clock.ts';
import { ALPHA_TOTAL, noteLook, noteVerdict } from './validation/look-at-holdout.ts';

/**
 * Everything from data to verdict. A bundle is written only where every gate passed; the report, and the look in the
 * ledger, always. Ends with what to do next, in one line.
 */
export async function runAllStages(run: StageRun): Promise<Result<StageEnd, string>> {
  const { recipe, options, print } = run;
  const key = releaseKey({ env: process.env, path: RELEASE_KEY_FILE });
  if (!key.ok) return key;
  const bundlesDir =
    recipe.rung === undefined ? options.bundlesDir : join(options.bundlesDir, 'rungs', recipe.rung);
  const incumbent = await readIncumbent(bundlesDir, recipe.name, [ed25519PublicKey(key.value)]);
  if (!incumbent.ok) return incumbent;
  if (incumbent.value && incumbent.value.manifest.purpose !== recipe.purpose) {
    return err(
      `${recipe.name} in ${bundlesDir} is a ${incumbent.value.manifest.purpose} bundle, and this is a ${recipe.purpose} one: give it another --name`,
    );
  }
  const ledger = join(options.bundlesDir, 'holdout-ledger.jsonl');
  const stages = stageClock(() => performance.now());
  stages.begin('prepare');
  const learning = prepareLearning(recipe);
  if (!learning.ok) return learning;
  const making: Making = {
    recipe,
    learning: learning.value,
    settings: options.settings,
    seed: options.seed,
    executor: run.executor,
    clock: run.clock,
    onStage(stage) {
      stages.begin(stage);
      run.onStage(stage);
    },
    incumbent: incumbent.value,
    look: (holdout, candidate) => noteLook(ledger, holdout, candidate, now()),
    signingKey: key.value,
    codeCommit: codeCommit(ROOT),
  };
  const made = await makeModel(making);
  if (!made.ok) return made;
  const reported = await report(run, making, made.value, ledger, stages);
  if (!reported.ok) return reported;
  print(`report: ${reported.value}`);
  if (!made.value.isReleased) {
    return ok({ line: `${recipe.name} is refused; nothing was written that serves`, exitStatus: REFUSED });
  }
  const path = await writeBundle(bundlesDir, made.value.release, measurementsOf(made.value));
  print(`released ${recipe.name} ${made.value.release.bundle.version}: ${path}`);
  return ok({ line: nextStep(made.value.release, bundlesDir, path), exitStatus: 0 });
}

function nextStep({ bundle }: Release, bundlesDir: string, path: string): string {
  const { name, rung } = bundle.manifest;
  if (rung === undefined) return `npm start -- --bundles '${bundlesDir}' --models ${name}`;
  const promote = `npm run model -- promote ${name} ${bundle.hash} --alias ${rung} --reason …`;
  return `npm run model -- upload '${path}' --reason …\n${promote}`;
}

/** Exit status of a run that did all it should and found the candidate wanting. */
const REFUSED = 3;

const now = (): string => new Date().toISOString();

async function report(
  { options, print }: StageRun,
  making: Making,
  made: MadeModel,
  ledger: string,
  stages: StageClock,
): Promise<Result<string, string>> {
  const statistic = Math.max(...made.comparisons.map(({ low }) => low));
  const shown = { statistic, isAccepted: made.isReleased };
  const looks = await noteVerdict(ledger, made.look, shown, now());
  if (!looks.ok) return looks;
  stages.begin('time the forms');
  const latencies = await formLatencies({
    forms: made.compressed.forms,
    rows: modelFeatures(made.learning.set, made.trained, made.learning.holdout),
    nowMs: () => performance.now(),
  });
  // Speed is told and not judged: without it there still is a verdict to report.
  if (!latencies.ok) print(`the forms could not be timed: ${latencies.error}`);
  const composed = composeReport(making, made, {
    looks: looks.value,
    alpha: ALPHA_TOTAL,
    latencies: latencies.ok ? latencies.value : [],
    stages: stages.finish(),
    versions: { node: process.version, v8: process.versions.v8 ?? 'another engine' },
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 1_073_741_824),
      workers: options.workers,
    },
  });
  if (made.trained.isCut) print('--budget ended a search early: this run is not reproducible, and says so');
  for (const gate of made.gates) print(gateLine(gate));
  for (const word of composed.verdict.words) print(`  ${word}`);
  const written = await writeReport(options.outDir, composed);
  return written.ok ? ok(written.value.pageFile) : written;
}
