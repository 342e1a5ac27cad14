import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../core/result.ts';
import { ROOT } from '../local/build-worker.ts';
import { findingLine } from './data/data-report.ts';
import { countTasks, tasksExpected } from './pipeline/count-tasks.ts';
import type { Executor } from './pipeline/executor.ts';
import { createJournal } from './pipeline/journal.ts';
import { createWorkerPool } from './pipeline/worker-pool.ts';
import { progressBar } from './progress-bar.ts';
import { runProofs } from './prove/proofs.ts';
import type { Recipe } from './recipe.ts';
import { recipeOf } from './recipe-of.ts';
import { codeCommit } from './release/code-commit.ts';
import { runAllStages } from './run-all-stages.ts';
import { type RunOptions, readRunOptions, USAGE } from './run-options.ts';
import {
  redrawReport,
  runCompressStage,
  runSearchStage,
  runSelectStage,
  type StageRun,
} from './run-stage.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const read = readRunOptions(args, availableParallelism());
  if (!read.ok) return fail(`${read.error}\nnpm run optimize -- --help tells what there is`);
  if (read.value === 'help') {
    console.log(USAGE);
    return 0;
  }
  const options = read.value;
  if (options.stage === 'prove')
    return (await runProofs(options.proofs, options.workers, console.log)) ? 0 : 1;
  const written = options.stage === 'report' ? await redrawReport(options.outDir) : await runStage(options);
  if (!written.ok) return fail(written.error);
  console.log(written.value);
  return 0;
}

async function runStage(options: RunOptions): Promise<Result<string, string>> {
  const recipe = await recipeOf(options.request);
  if (!recipe.ok) return recipe;
  for (const finding of recipe.value.source.report.findings) console.log(findingLine(finding));
  const executor = await journalledPool(options, recipe.value);
  const run = { recipe: recipe.value, options, executor, clock: workClock(options), print: console.log };
  try {
    return await stageOf(run);
  } finally {
    await executor.close();
  }
}

function stageOf(run: StageRun): Promise<Result<string, string>> {
  switch (run.options.stage) {
    case 'select':
      return runSelectStage(run);
    case 'search':
      return runSearchStage(run);
    case 'compress':
      return runCompressStage(run);
    default:
      return runAllStages(run);
  }
}

/** Workers behind a journal, with a bar of what they have done. */
async function journalledPool(options: RunOptions, recipe: Recipe): Promise<Executor> {
  const path = join(options.outDir, `${recipe.name}.journal`);
  const bar = progressBar(process.stderr, `training ${recipe.name}`);
  const expected = tasksExpected(options.settings, recipe.risk === undefined ? 1 : 2);
  process.once('SIGINT', () => {
    bar.finish();
    console.error(`stopped; the same command with --resume goes on from ${path}`);
    process.exit(130);
  });
  const journal = await createJournal({
    path,
    resume: options.resume,
    programHash: codeCommit(ROOT),
    executor: createWorkerPool(options.workers),
  });
  const counted = countTasks(journal, (count) => bar.update(Math.min(0.99, count / expected)));
  return {
    run: (task) => counted.run(task),
    async close() {
      bar.finish();
      await counted.close();
    },
  };
}

function workClock({ budgetMs }: RunOptions): StageRun['clock'] {
  const beganMs = performance.now();
  return { isOver: () => budgetMs !== undefined && performance.now() - beganMs > budgetMs };
}

function fail(message: string): number {
  console.error(message);
  return 1;
}
