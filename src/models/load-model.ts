import { err, ok, type Result } from '../core/result.ts';
import type { Engine } from '../inference/engine.ts';
import { unpackProgram } from '../inference/kernel/packed-program.ts';
import type { BundleFiles } from '../runtime.ts';
import { openBundle } from './bundle.ts';
import { type BundleFault, engineFault } from './bundle-fault.ts';
import type { ServedModel } from './catalog.ts';
import { modelGraph } from './model-graph.ts';
import { servedFeatures } from './served-features.ts';

/** By which bundles are taken for good. */
export interface LoadOptions {
  /** Ed25519 public keys, one of which has to have signed each bundle; 64 hex digits each. */
  readonly publicKeys: readonly string[];
  readonly engine: Engine;
  /** Whether bundles of purpose `test` may be served. */
  readonly allowTestBundles: boolean;
}

/**
 * Opens a bundle under the name it is to be served by and prepares it: signature, hashes, features, engine, and a first
 * row through it. Nothing unverified reaches an engine.
 *
 * @param name undefined: whatever its manifest says
 */
export async function loadModel(
  name: string | undefined,
  files: BundleFiles,
  { publicKeys, engine, allowTestBundles }: LoadOptions,
): Promise<Result<ServedModel, BundleFault>> {
  const opened = openBundle(files, { publicKeys });
  if (!opened.ok) return opened;
  const { manifest } = opened.value;
  if (name !== undefined && manifest.name !== name)
    return err({ code: 'WRONG_NAME', detail: `its manifest names it ${manifest.name}` });
  if (manifest.purpose === 'test' && !allowTestBundles)
    return err({ code: 'TEST_BUNDLE', detail: 'a test bundle is served only where ENVIRONMENT is local' });
  const featureSet = servedFeatures(manifest);
  if (!featureSet.ok) return err({ code: 'WRONG_FEATURES', detail: featureSet.error });
  const program = files.program && unpackProgram(files.program, manifest.model);
  const graph = { ...modelGraph(opened.value), ...(program ? { program } : {}) };
  const runnable = await engine.prepare(graph);
  if (!runnable.ok) return err(engineFault(runnable.error));
  return ok({ bundle: opened.value, featureSet: featureSet.value, runnable: runnable.value });
}
