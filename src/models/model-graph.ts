import type { ModelGraph } from '../inference/engine.ts';
import type { Bundle } from './bundle.ts';

/** What an engine is given of a bundle. */
export const modelGraph = ({ manifest, model }: Pick<Bundle, 'manifest' | 'model'>): ModelGraph => ({
  bytes: model,
  inputName: manifest.model.inputName,
  outputName: manifest.model.outputName,
  featureCount: manifest.features.names.length,
  headCount: manifest.heads.length,
  probe: Float32Array.from(manifest.domain.baseline),
});
