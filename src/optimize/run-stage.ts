import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../core/message-of.ts';
import { allOk, err, ok, type Result } from '../core/result.ts';
import type { OptimizationReport } from './optimization-report.ts';
import type { Executor } from './pipeline/executor.ts';
import { fitHead, selectForHead } from './pipeline/fit-head.ts';
import { toJournalText } from './pipeline/journal-text.ts';
import { type MakingStage, makeCandidate } from './pipeline/make-candidate.ts';
import { type Learning, prepareLearning } from './pipeline/prepare-learning.ts';
import type { WorkClock } from './pipeline/work-clock.ts';
import type { Recipe } from './recipe.ts';
import { writeReport } from './report/write-report.ts';
import type { RunOptions } from './run-options.ts';

/** One stage alone, on the development examples; it says what it found and leaves it in a file of its own. */
export interface StageRun {
  readonly recipe: Recipe;
  readonly options: RunOptions;
  readonly executor: Executor;
  readonly clock: WorkClock;
  readonly print: (line: string) => void;
  /** Called as each stage of a candidate begins. */
  readonly onStage: (stage: MakingStage) => void;
}

/** How a run ended that did all it should. */
export interface StageEnd {
  /** What was written, or what to do next. */
  readonly line: string;
  /** Of the process. */
  readonly exitStatus: number;
}

/** Features ranked and chosen, head by head. */
export async function runSelectStage(run: StageRun): Promise<Result<string, string>> {
  const learning = prepareLearning(run.recipe);
  if (!learning.ok) return learning;
  const { questions, featureNames: names } = learning.value.set;
  const selections = allOk(
    await Promise.all(questions.map((question) => selectForHead(fittingOf(run, learning.value, question)))),
  );
  if (!selections.ok) return selections;
  const found = questions.map(({ name }, h) => ({
    head: name,
    selection: selections.value[h],
    features: names,
  }));
  for (const { head, selection } of found) {
    if (selection === undefined) {
      run.print(`${head}: --selection none keeps all ${names.length} features`);
      continue;
    }
    const { steps, ranking } = selection;
    run.print(`${head}: ${steps.map(({ name, kept }) => `${name} kept ${kept.length}`).join(', ')}`);
    for (const feature of ranking) {
      const reason = steps.flatMap(({ dropped }) => dropped).find((dropped) => dropped.feature === feature);
      run.print(`  ${reason ? 'dropped' : 'kept   '} ${names[feature]}${reason ? `: ${reason.reason}` : ''}`);
    }
  }
  return write(run, 'selection.json', found);
}

/** Hyperparameters, head by head. */
export async function runSearchStage(run: StageRun): Promise<Result<string, string>> {
  const learning = prepareLearning(run.recipe);
  if (!learning.ok) return learning;
  const fits = allOk(
    await Promise.all(
      learning.value.set.questions.map((question) => fitHead(fittingOf(run, learning.value, question))),
    ),
  );
  if (!fits.ok) return fits;
  for (const { head, search } of fits.value) {
    run.print(`${head.name}: ${search.trials.length} trials, ${search.epochs} epochs, ${search.trees} trees`);
    for (const { number, outcome } of search.trials) {
      const value = outcome.kind === 'complete' ? outcome.value.toFixed(6) : outcome.kind;
      run.print(`  trial ${number}: ${value}`);
    }
    for (const [name, value] of Object.entries(search.point)) run.print(`  ${name} = ${value}`);
  }
  return write(
    run,
    'search.json',
    fits.value.map(({ head, search }) => ({ head: head.name, search })),
  );
}

/** Every compressed form beside the f32 one, on out-of-fold rows; the holdout is not looked at. */
export async function runCompressStage(run: StageRun): Promise<Result<string, string>> {
  const { recipe, options, executor, clock, print } = run;
  const { settings, seed } = options;
  const learning = prepareLearning(recipe);
  if (!learning.ok) return learning;
  const made = await makeCandidate({
    recipe,
    learning: learning.value,
    settings,
    seed,
    executor,
    clock,
    onStage: run.onStage,
  });
  if (!made.ok) return made;
  const { steps, refusals, chosen } = made.value.compressed;
  for (const { joint } of steps) {
    const { name, gzipBytes, saving, flips, aucLoss } = joint;
    const reasons = refusals.get(name) ?? [];
    print(
      `${name === chosen.name ? '→' : ' '} ${name.padEnd(48)} ${String(gzipBytes).padStart(7)} B gzipped, −${(saving * 100).toFixed(1)} %, flips ${(flips.flipShare * 100).toFixed(3)} %, AUC −${aucLoss.toFixed(5)}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`,
    );
  }
  return write(run, 'compression.json', steps);
}

/** Draws the page again from the report that an earlier run left. */
export async function redrawReport(outDir: string): Promise<Result<string, string>> {
  const path = join(outDir, 'report.json');
  try {
    const report = JSON.parse(await readFile(path, 'utf8')) as OptimizationReport;
    const written = await writeReport(outDir, report);
    return written.ok ? ok(written.value.pageFile) : written;
  } catch (failure) {
    return err(`${path}: ${messageOf(failure)}; a run of all stages writes it`);
  }
}

function fittingOf(
  { options, executor, clock }: StageRun,
  learning: Learning,
  question: Learning['set']['questions'][number],
) {
  const { settings, seed } = options;
  const { set, development: within } = learning;
  return { job: 'final', set, question, within, settings, seed, executor, clock };
}

async function write({ options }: StageRun, file: string, found: unknown): Promise<Result<string, string>> {
  const path = join(options.outDir, file);
  try {
    await mkdir(options.outDir, { recursive: true });
    await writeFile(path, `${toJournalText(found)}\n`);
    return ok(path);
  } catch (failure) {
    return err(`${path}: ${messageOf(failure)}`);
  }
}
