import type { ModelGraph } from '../../../src/inference/engine.ts';
import type { Manifest } from '../../../src/models/manifest.ts';
import { modelGraph } from '../../../src/models/model-graph.ts';

/** What an engine is given of a bundle, without a look at its signature: nothing here is served. */
export const shippedGraph = (manifest: string, model: Uint8Array): ModelGraph =>
  modelGraph({ manifest: JSON.parse(manifest) as Manifest, model });
