import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wireBar } from '../../../src/client/wire-bar.ts';
import { featureSets } from '../../../src/features/sets.ts';
import { featureVector } from '../../../src/features/vector.ts';
import type { DecisionRequest } from '../../../src/http/decision-schemas.ts';
import { ROOT } from '../../../src/local/build-worker.ts';
import { demoBars } from '../../../src/local/demo-series.ts';
import { manifestSchema } from '../../../src/models/bundle.ts';

export type BodyKind = 'features' | 'bars';

/** The bundle for tests, which often says BUY and SELL. */
const MODEL = 'active';
/** Above what the features need, as clients send. */
const SPARE_BARS = 6;
/** Different bodies, so that no branch or string is warm for one of them alone. */
const BODY_COUNT = 16;

/**
 * Live requests about the demo series, whose last bar closed at the last midnight: the vector by name, or the
 * bars themselves. Which bars say BUY and which HOLD is the model's business.
 */
export function decisionBodies(kind: BodyKind, nowMs: number): readonly DecisionRequest[] {
  const { features, symbols } = readManifest();
  const [symbol] = symbols;
  const set = featureSets.get(features.set);
  if (!set || !symbol) throw new Error(`${MODEL}: the feature set ${features.set} is not here`);
  return Array.from({ length: BODY_COUNT }, (_, index) => {
    const bars = demoBars({ seed: index + 1, endMs: nowMs, count: features.windowBars + SPARE_BARS });
    if (kind === 'bars') return { symbol, model: MODEL, bars: bars.map(wireBar) };
    const { values } = featureVector(set, bars);
    const named = features.names.map((name, at): [string, number] => [name, values[at] ?? Number.NaN]);
    return { symbol, model: MODEL, features: Object.fromEntries(named) };
  });
}

function readManifest() {
  const path = join(ROOT, 'bundles', MODEL, 'manifest.json');
  return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
