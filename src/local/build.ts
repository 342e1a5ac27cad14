/**
 * `npm run build`: the Worker as it is deployed, in `dist/worker`. wrangler calls it before it serves or uploads. With
 * `--engine kernel` it is built without onnxruntime-web.
 */
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWorker, ROOT, SHIPPED_BUNDLES } from './build-worker.ts';

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
const sizes = modules.map(({ name }) => ({ name, bytes: statSync(join(outDir, name)).size }));
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
const listed = sizes.map(({ name, bytes }) => `${name} ${Math.ceil(bytes / 1024)}`);
console.log(`${relative(ROOT, outDir)}: ${Math.ceil(total / 1024)} KB: ${listed.join(', ')}`);
