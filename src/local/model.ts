/** `npm run model`: what a model from elsewhere is to our engines, a bundle of it, and what of bundles is in force. */
import { parseArgs } from 'node:util';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import { compareEngines, usPerRow } from './model/compare-engines.ts';
import { type ModelFile, readModelFile } from './model/model-file.ts';
import { randomRows, readRows } from './model/model-rows.ts';
import { openKernel, openOrt, type RawEngine } from './model/raw-engines.ts';
import { registryCommand, registryVerbs } from './model/registry-command.ts';
import { releaseModel } from './model/release-model.ts';
import { readReleaseOptions } from './model/release-options.ts';

const USAGE = `usage: npm run model -- inspect FILE.onnx
       npm run model -- run FILE.onnx rows.csv [--engine kernel|ort]
       npm run model -- compare FILE.onnx [rows.csv] [--seed N]
       npm run model -- release FILE.onnx …  makes a bundle of it; without more it says what it needs
       npm run model -- upload|promote|rollback|registry …  puts bundles in force in a service that runs
  --output  name of an f32 output, the graph's last by default
  --engine  which runs the rows, by default the kernel where it can, else onnxruntime-web
  --seed    of the thousand rows that are compared where no file is given, 1 by default`;
const TIMING_MS = 300;

interface Request {
  readonly verb: 'inspect' | 'run' | 'compare';
  readonly file: ModelFile;
  readonly output: string;
  readonly rowsPath: string | undefined;
  readonly engine: 'kernel' | 'ort' | undefined;
  readonly seed: number;
}

process.exitCode = await main(process.argv.slice(2)).catch((failure: unknown) => {
  console.error(messageOf(failure));
  return 1;
});

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'release') return release(args.slice(1));
  if (registryVerbs.includes(args[0] ?? '')) return registryCommand(args);
  const request = readRequest(args);
  if (!request.ok) {
    console.error(request.error);
    return 2;
  }
  switch (request.value.verb) {
    case 'inspect':
      return inspect(request.value);
    case 'run':
      return runRows(request.value);
    case 'compare':
      return compare(request.value);
  }
}

function readRequest(args: readonly string[]): Result<Request, string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: 'string' },
      engine: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [verb, path, rowsPath] = positionals;
  const { engine } = values;
  const seed = Number(values.seed);
  if ((verb !== 'inspect' && verb !== 'run' && verb !== 'compare') || path === undefined) return err(USAGE);
  if (engine !== undefined && engine !== 'kernel' && engine !== 'ort') return err(USAGE);
  if (!Number.isSafeInteger(seed) || (verb === 'run' && rowsPath === undefined)) return err(USAGE);
  const file = readModelFile(path);
  if (!file.ok) return file;
  const output = values.output ?? file.value.outputs.at(-1) ?? '';
  if (!file.value.outputs.includes(output)) return err(`it has no f32 output '${output}'`);
  return ok({ verb, file: file.value, output, rowsPath, engine, seed });
}

/** 0 where some engine runs it. */
async function inspect({ file, output }: Request): Promise<number> {
  const { model, input, outputs } = file;
  const versions = model.operatorSets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`);
  console.log(`operator sets  ${versions.join(', ')}`);
  console.log(`input          ${input.name} f32[batch, ${input.width}]`);
  console.log(`f32 outputs    ${outputs.join(', ')}; asked: ${output}`);
  console.log(`nodes          ${nodeCounts(file)}`);
  const engines = [openKernel(file, output), await openOrt(file, output)];
  for (const [i, engine] of engines.entries()) {
    const name = i === 0 ? 'kernel' : 'ort';
    console.log(
      `${name.padEnd(15)}${engine.ok ? 'runs it' : `does not: ${engine.error.join('\n               ')}`}`,
    );
  }
  return engines.some(({ ok: runs }) => runs) ? 0 : 1;
}

function nodeCounts({ model }: ModelFile): string {
  const counts = new Map<string, number>();
  for (const { opType = '' } of model.graph?.nodes ?? []) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  return Array.from(counts, ([operator, count]) => (count === 1 ? operator : `${count} ${operator}`)).join(
    ', ',
  );
}

async function runRows({ file, output, rowsPath, engine }: Request): Promise<number> {
  const rows = readRows(rowsPath ?? '', file.input.width);
  if (!rows.ok) return refused([rows.error]);
  const kernel = engine === 'ort' ? undefined : openKernel(file, output);
  const opened = kernel?.ok || engine === 'kernel' ? kernel : await openOrt(file, output);
  if (!opened?.ok) return refused(opened?.error ?? []);
  const count = rows.value.length / file.input.width;
  const scores = await opened.value.run(rows.value, count);
  const columns = scores.length / count;
  console.error(`${count} rows by ${opened.value.name}`);
  for (let row = 0; row < count; row += 1) {
    console.log(Array.from(scores.subarray(row * columns, (row + 1) * columns)).join(','));
  }
  return 0;
}

/** 0 where it was released, 3 where it was refused. */
async function release(args: readonly string[]): Promise<number> {
  const options = readReleaseOptions(args);
  if (!options.ok) {
    console.error(options.error);
    return 2;
  }
  const released = await releaseModel(options.value);
  if (!released.ok) {
    console.error(`refused: ${released.error}`);
    return 3;
  }
  const { path, version, engine, policy, measurements } = released.value;
  console.log(`${path} is released as version ${version} for ${options.value.purpose}`);
  console.log(`engine       ${engine}`);
  console.log(`policy       ${JSON.stringify(policy)}`);
  console.log(
    `measured     ${options.value.isLabelled ? JSON.stringify(measurements) : 'nothing: no labels'}`,
  );
  console.log(`serve it     npm start -- --bundles ${options.value.outDir} --models ${options.value.name}`);
  return 0;
}

/** 0 where no bit differs, 3 where one does. */
async function compare({ file, output, rowsPath, seed }: Request): Promise<number> {
  const { width } = file.input;
  const rows = rowsPath === undefined ? ok(randomRows(width, seed)) : readRows(rowsPath, width);
  if (!rows.ok) return refused([rows.error]);
  const [kernel, ort] = [openKernel(file, output), await openOrt(file, output)];
  if (!kernel.ok) return refused(kernel.error.map((fault) => `kernel: ${fault}`));
  if (!ort.ok) return refused(ort.error.map((fault) => `ort: ${fault}`));
  const found = await compareEngines(kernel.value, ort.value, rows.value, width);
  if (found.firstRow !== undefined) console.log(`the first difference is in row ${found.firstRow}`);
  console.log(`${found.differing} of ${found.values} numbers differ over ${found.rows} rows`);
  const speed = async (engine: RawEngine) =>
    (await usPerRow(engine, rows.value, width, TIMING_MS)).toFixed(2);
  const [ours, theirs] = [await speed(kernel.value), await speed(ort.value)];
  console.log(`largest difference ${found.ulpMax} ulp; kernel ${ours} µs a row, ort ${theirs} µs a row`);
  return found.differing === 0 ? 0 : 3;
}

function refused(reasons: readonly string[]): number {
  for (const reason of reasons) console.error(reason);
  return 1;
}
