import { dailyV1 } from '../../src/features/daily-v1.ts';
import type { FeatureSet } from '../../src/features/vector.ts';
import type { BundleDraft } from '../../src/models/release.ts';
import { constantGraph } from '../../src/onnx/constant-graph.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';
import { constantFacts } from './constant-facts.ts';

/** A secret seed that signs in tests, and another. */
export const testKey = '1'.repeat(64);
export const otherKey = '2'.repeat(64);

/** A draft of a constant model over some features, one head or two by the number of logits. */
export function constantDraft(
  changed: Partial<BundleDraft> = {},
  { logits = [0], featureSet = dailyV1 }: { logits?: readonly number[]; featureSet?: FeatureSet } = {},
): BundleDraft {
  const { indicators } = featureSet;
  return {
    ...constantFacts(logits.length),
    name: 'coin',
    model: encodeModel(constantGraph(indicators.length, logits)),
    featureSet,
    target: 'nothing',
    domain: {
      min: indicators.map(() => -1e3),
      max: indicators.map(() => 1e3),
      baseline: indicators.map(() => 0),
    },
    ...changed,
  };
}
