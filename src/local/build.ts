/**
 * `npm run build`: the Worker as it is deployed, in `dist/worker`. wrangler calls it before it serves or uploads. With
 * `--engine kernel` it is built without onnxruntime-web. Says how large it is, and what of it every isolate's start takes.
 */
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWorker, ROOT, SHIPPED_BUNDLES } from './build-worker.ts';
import { modulesAtStart } from './modules-at-start.ts';
import { startUpMs } from './start-up-ms.ts';

const { values } = parseArgs({ options: { engine: { type: 'string', default: 'all' } } });
if (values.engine !== 'kernel' && values.engine !== 'all')
  throw new Error(`--engine takes kernel or all, not ${values.engine}`);
const outDir = join(ROOT, 'dist/worker');
const modules = await buildWorker({
  entry: join(ROOT, 'functions/cloudflare.ts'),
  outDir,
  bundlesDir: SHIPPED_BUNDLES,
  bundles: 'production',
  engines: values.engine,
});
const kilobytesOf = (names: readonly string[]): number =>
  Math.ceil(names.reduce((sum, name) => sum + statSync(join(outDir, name)).size, 0) / 1024);
const names = modules.map(({ name }) => name);
const code = modules.filter(({ kind }) => kind === 'esModule').map(({ name }) => name);
const atStart = modulesAtStart(outDir, modules);
const onDemand = code.filter((name) => !atStart.includes(name));
const listed = names.map((name) => `${name} ${kilobytesOf([name])}`);
console.log(`${relative(ROOT, outDir)}: ${kilobytesOf(names)} KB: ${listed.join(', ')}`);
console.log(
  `code at a start ${kilobytesOf(atStart)} KB, on demand ${kilobytesOf(onDemand)} KB; start-up here ${await startUpMs(modules, outDir)} ms more than an empty Worker's`,
);
