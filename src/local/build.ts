/** `npm run build`: the Worker as it is deployed, in `dist/worker`. wrangler calls it before it serves or uploads. */
import { join, relative } from 'node:path';
import { buildWorker, ROOT, SHIPPED_BUNDLES } from './build-worker.ts';

const outDir = join(ROOT, 'dist/worker');
const modules = await buildWorker({
  entry: join(ROOT, 'functions/cloudflare.ts'),
  outDir,
  bundlesDir: SHIPPED_BUNDLES,
  bundles: 'production',
});
console.log(`${relative(ROOT, outDir)}: ${modules.map(({ name }) => name).join(', ')}`);
