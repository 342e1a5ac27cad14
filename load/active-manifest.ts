import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHIPPED_BUNDLES } from '../src/local/build-worker.ts';
import { type Manifest, manifestSchema } from '../src/models/manifest.ts';

/** Of the shipped bundle for tests, which often says BUY and SELL. */
export const activeModel = 'active';

export function activeManifest(): Manifest {
  const path = join(SHIPPED_BUNDLES, activeModel, 'manifest.json');
  return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
