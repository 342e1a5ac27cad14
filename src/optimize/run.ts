import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../core/result.ts';
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
import { codeHash } from './release/code-hash.ts';
import { runAllStages } from './run-all-stages.ts';
import { type RunOptions, readRunOptions, USAGE } from './run-options.ts';
import {
  redrawReport,
  runCompressStage,
  runSearchStage,
  runSelectStage,
  type StageEnd,
  type StageRun,
} from './run-stage.ts';

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
  const ended = options.stage === 'report' ? await redrawn(options) : await runStage(options);
  if (!ended.ok) return fail(ended.error);
  console.log(ended.value.line);
  return ended.value.exitStatus;
}

async function redrawn({ outDir }: RunOptions): Promise<Result<StageEnd, string>> {
  return written(await redrawReport(outDir));
}

async function runStage(options: RunOptions): Promise<Result<StageEnd, string>> {
  const recipe = await recipeOf(options.request);
  if (!recipe.ok) return recipe;
  for (const finding of recipe.value.source.report.findings) console.log(findingLine(finding));
  const pool = await journalledPool(options, recipe.value);
  const { executor, onStage } = pool;
  try {
    return await stageOf({
      recipe: recipe.value,
      options,
      executor,
      onStage,
      clock: workClock(options),
      print: console.log,
    });
  } finally {
    await pool.close();
  }
}

async function stageOf(run: StageRun): Promise<Result<StageEnd, string>> {
  switch (run.options.stage) {
    case 'select':
      return written(await runSelectStage(run));
    case 'search':
      return written(await runSearchStage(run));
    case 'compress':
      return written(await runCompressStage(run));
    default:
      return runAllStages(run);
  }
}

const written = (path: Result<string, string>): Result<StageEnd, string> =>
  path.ok ? ok({ line: path.value, exitStatus: 0 }) : path;

interface JournalledPool {
  readonly executor: Executor;
  readonly onStage: StageRun['onStage'];
  close(): Promise<void>;
}

/** Workers behind a journal, with a bar of what they have done and a line for each stage that has none. */
async function journalledPool(options: RunOptions, recipe: Recipe): Promise<JournalledPool> {
  const path = join(options.outDir, `${recipe.name}.journal`);
  const bar = progressBar(process.stderr, `training ${recipe.name}`);
  const expected = tasksExpected(options.settings, recipe.risk === undefined ? 1 : 2);
  const stop = (): void => {
    bar.finish();
    console.error(`stopped; the same command with --resume goes on from ${path}`);
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', stop);
  const journal = await createJournal({
    path,
    // A stage alone is there to go on from what there is.
    resume: options.resume || options.stage !== 'all',
    programHash: codeHash(ROOT),
    executor: createWorkerPool(options.workers),
  });
  return {
    executor: countTasks(journal, (count) => bar.update(Math.min(0.99, count / expected))),
    onStage(stage) {
      if (stage === 'train') return;
      if (stage === 'compress') bar.update(1);
      bar.finish();
      // These keep this thread busy, so that a handler would only hear of Ctrl-C after them.
      process.off('SIGINT', stop);
      console.error(STAGE_LINES[stage]);
    },
    async close() {
      process.off('SIGINT', stop);
      bar.finish();
      await journal.close();
    },
  };
}

/** What a shell answers of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

const STAGE_LINES = {
  compress:
    'trained; compressing, about a minute. Stopped from here on, --resume goes on with what is trained …',
  judge: 'judging on the holdout, about half a minute …',
} as const;

function workClock({ budgetMs }: RunOptions): StageRun['clock'] {
  const beganMs = performance.now();
  return { isOver: () => budgetMs !== undefined && performance.now() - beganMs > budgetMs };
}

function fail(message: string): number {
  console.error(message);
  return 1;
}

// Last, since it runs before anything below it is there.
process.exitCode = await main(process.argv.slice(2));
