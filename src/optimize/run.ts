import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '../core/message-of.ts';
import { ok, type Result } from '../core/result.ts';
import { RELEASE_KEY_FILE, releaseKey } from '../local/release-key.ts';
import { readSp500Csv } from '../local/sp500.ts';
import { writeBundle } from './export/write-bundle.ts';
import { makeModel } from './make-model.ts';
import { measurementsOf, type Report } from './measure/measure.ts';
import type { Recipe } from './recipe.ts';
import { activeRecipe, spxRecipe } from './recipes.ts';
import { codeCommit } from './release/code-commit.ts';
import { reportPage } from './report/report-page.ts';

const USAGE = `npm run optimize -- [options]
Trains, quantizes and releases the models, and reports what they are worth out of sample.
  --seed N        of everything random; the same seed gives the same bytes (default 1).
                  The next nine are measured beside it, and their bundles are not written
  --out DIR       for report.json and report.html (default .local/optimize)
  --bundles DIR   where <name>/ with manifest.json, signature.json and model.onnx goes (default bundles)
  --help
Bundles are signed with the key in BUNDLE_SIGNING_KEY (64 hex digits) or else in .local/release-key, which is
made at the first run; npm start on this machine serves what it signed.`;

/** Seeds tried beside the released one, to tell skill from the draw. */
const OTHER_SEEDS = 9;

const root = fileURLToPath(new URL('../../', import.meta.url));

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') return fail(options);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const signingKey = releaseKey({ env: process.env, path: RELEASE_KEY_FILE });
  if (!signingKey.ok) return fail(signingKey.error);
  const maker = { signingKey: signingKey.value, codeCommit: codeCommit(root) };
  const file = await readSp500Csv();
  const spx = (seed: number): Result<Recipe, string> => spxRecipe(file, seed);
  const active = (seed: number): Result<Recipe, string> => ok(activeRecipe(seed));
  const reports: Report[] = [];
  for (const [recipeOf, otherSeeds] of [[spx, OTHER_SEEDS] as const, [active, 0] as const]) {
    const report = await release(recipeOf, otherSeeds, options, maker);
    if (!report.ok) return fail(report.error);
    for (const word of report.value.words) console.log(`  ${word}`);
    reports.push(report.value);
  }
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'report.json'), `${JSON.stringify(reports, null, 1)}\n`);
  await writeFile(join(options.out, 'report.html'), reportPage(reports));
  console.log(`report: ${join(options.out, 'report.html')}`);
  return 0;
}

/** Who signs, and with which source. */
interface Maker {
  readonly signingKey: string;
  readonly codeCommit: string;
}

/** Makes and writes the model of the given seed; those of the seeds after it are only measured. */
async function release(
  recipeOf: (seed: number) => Result<Recipe, string>,
  otherSeeds: number,
  { seed, bundles }: Options,
  maker: Maker,
): Promise<Result<Report, string>> {
  const others: Report[] = [];
  for (let other = seed + 1; other <= seed + otherSeeds; other += 1) {
    const made = await make(recipeOf(other), other, maker, [], () => {});
    if (!made.ok) return made;
    console.log(`${made.value.report.name}: measured under seed ${other}`);
    others.push(made.value.report);
  }
  const made = await make(recipeOf(seed), seed, maker, others, (line) => console.log(line));
  if (!made.ok) return made;
  const { report } = made.value;
  console.log(`written to ${await writeBundle(bundles, made.value.release, measurementsOf(report))}`);
  return ok(report);
}

async function make(
  recipe: Result<Recipe, string>,
  seed: number,
  maker: Maker,
  others: readonly Report[],
  progress: (line: string) => void,
): ReturnType<typeof makeModel> {
  return recipe.ok ? await makeModel({ recipe: recipe.value, seed, ...maker, others, progress }) : recipe;
}

interface Options {
  readonly seed: number;
  readonly out: string;
  readonly bundles: string;
  readonly help: boolean;
}

/** The options, or what is wrong with them. */
function readOptions(args: string[]): Options | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seed: { type: 'string', default: '1' },
        out: { type: 'string', default: join(root, '.local', 'optimize') },
        bundles: { type: 'string', default: join(root, 'bundles') },
        help: { type: 'boolean', default: false },
      },
    });
    const seed = Number(values.seed);
    if (!Number.isInteger(seed) || Math.abs(seed) > 0x7fffffff) return '--seed must be a 32-bit integer';
    return { ...values, seed };
  } catch (failure) {
    return messageOf(failure);
  }
}

function fail(message: string): number {
  console.error(message);
  return 1;
}
