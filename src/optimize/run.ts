import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeModel } from './make-model.ts';
import type { Report } from './measure.ts';
import { activeRecipe, spxRecipe } from './recipes.ts';
import { reportPage } from './report-page.ts';
import { writeBundle } from './write-bundle.ts';

const USAGE = `npm run optimize -- [options]
Trains, quantizes and releases the models, and reports what they are worth out of sample.
  --seed N        of everything random; the same seed gives the same bytes (default 1)
  --out DIR       for report.json and report.html (default .local/optimize)
  --bundles DIR   where <name>/manifest.json and <name>/model.onnx go (default bundles)
  --help`;

const root = fileURLToPath(new URL('../../', import.meta.url));

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') return fail(options);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const spx = spxRecipe(await sp500File(), options.seed);
  if (!spx.ok) return fail(spx.error);
  const reports: Report[] = [];
  for (const recipe of [spx.value, activeRecipe(options.seed)]) {
    const made = await makeModel(recipe, options.seed, (line) => console.log(line));
    if (!made.ok) return fail(`${recipe.name}: ${made.error}`);
    const path = await writeBundle(options.bundles, made.value.release);
    console.log(`${recipe.name}: written to ${path}`);
    for (const word of made.value.report.words) console.log(`  ${word}`);
    reports.push(made.value.report);
  }
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'report.json'), `${JSON.stringify(reports, null, 1)}\n`);
  await writeFile(join(options.out, 'report.html'), reportPage(reports));
  console.log(`report: ${join(options.out, 'report.html')}`);
  return 0;
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
    return failure instanceof Error ? failure.message : String(failure);
  }
}

/** The package exports no path to its data, so the file is found by its place. */
async function sp500File(): Promise<string> {
  return await readFile(join(root, 'node_modules', 'vega-datasets', 'data', 'sp500-2000.csv'), 'utf8');
}

function fail(message: string): number {
  console.error(message);
  return 1;
}
