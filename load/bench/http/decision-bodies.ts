import { wireBar } from '../../../src/client/wire-bar.ts';
import { featureVector } from '../../../src/features/vector.ts';
import type { DecisionRequest } from '../../../src/http/decision-schemas.ts';
import { demoBars } from '../../../src/local/demo-series.ts';
import { servedFeatures } from '../../../src/models/served-features.ts';
import { activeManifest, activeModel } from '../../active-manifest.ts';

export type BodyKind = 'features' | 'bars';

/** Above what the features need, as clients send. */
const SPARE_BARS = 6;
/** Different bodies, so that no branch or string is warm for one of them alone. */
const BODY_COUNT = 16;

/**
 * Live requests about the demo series, whose last bar closed at the last midnight: the vector by name, or the
 * bars themselves. Which bars say BUY and which HOLD is the model's business.
 */
export function decisionBodies(kind: BodyKind, nowMs: number): readonly DecisionRequest[] {
  const manifest = activeManifest();
  const { features, symbols } = manifest;
  const [symbol] = symbols;
  const set = servedFeatures(manifest);
  if (!set.ok || !symbol) throw new Error(`${activeModel}: ${set.ok ? 'it serves no symbol' : set.error}`);
  return Array.from({ length: BODY_COUNT }, (_, index) => {
    const bars = demoBars({ seed: index + 1, endMs: nowMs, count: features.windowBars + SPARE_BARS });
    if (kind === 'bars') return { symbol, model: activeModel, bars: bars.map(wireBar) };
    const { values } = featureVector(set.value, bars);
    const named = features.names.map((name, at): [string, number] => [name, values[at] ?? Number.NaN]);
    return { symbol, model: activeModel, features: Object.fromEntries(named) };
  });
}
