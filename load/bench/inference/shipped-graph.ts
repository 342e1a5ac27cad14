import type { ModelGraph } from '../../../src/inference/engine.ts';

interface ManifestParts {
  readonly model: { readonly inputName: string; readonly outputName: string };
  readonly heads: readonly string[];
  readonly domain: { readonly baseline: readonly number[] };
}

/** What an engine is given of a bundle, without its signature: nothing here is served. */
export function shippedGraph(manifest: string, bytes: Uint8Array): ModelGraph {
  const { model, heads, domain }: ManifestParts = JSON.parse(manifest);
  return {
    bytes,
    inputName: model.inputName,
    outputName: model.outputName,
    featureCount: domain.baseline.length,
    headCount: heads.length,
    probe: Float32Array.from(domain.baseline),
  };
}
