import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Bar } from '../../features/bar.ts';
import { createOrtEngine } from '../../inference/ort.ts';
import { type Bundle, openBundle } from '../../models/bundle.ts';
import { modelGraph } from '../../models/model-graph.ts';
import { servedFeatures } from '../../models/served-features.ts';
import { featureTable } from '../data/feature-table.ts';
import { insideDomain } from './domain.ts';
import type { ScoredRows } from './policy-equity.ts';

/** The bundle of that name, as a service would open it; undefined where there is none yet. */
export async function readIncumbent(
  directory: string,
  name: string,
  publicKeys: readonly string[],
): Promise<Result<Bundle | undefined, string>> {
  const path = join(directory, name);
  try {
    const manifest = await readFile(join(path, 'manifest.json'), 'utf8');
    const signature = await readFile(join(path, 'signature.json'), 'utf8');
    const model = new Uint8Array(await readFile(join(path, 'model.onnx')));
    const opened = openBundle({ manifest, signature, model }, { publicKeys });
    return opened.ok ? opened : err(`${path}: ${opened.error.detail}`);
  } catch (failure) {
    const isAbsent = failure instanceof Error && 'code' in failure && failure.code === 'ENOENT';
    return isAbsent ? ok(undefined) : err(`${path}: ${messageOf(failure)}`);
  }
}

/** What the bundle would have said at each of the bars, in the engine that serves it. */
export async function incumbentScores(
  bundle: Bundle,
  bars: readonly Bar[],
  barIndices: Int32Array,
): Promise<Result<ScoredRows, string>> {
  const { manifest } = bundle;
  const featureSet = servedFeatures(manifest);
  if (!featureSet.ok) return featureSet;
  const width = featureSet.value.indicators.length;
  const table = featureTable(bars, featureSet.value);
  const rows = new Float32Array(barIndices.length * width);
  barIndices.forEach((bar, row) => {
    rows.set(table.subarray(bar * width, (bar + 1) * width), row * width);
  });
  const runnable = await createOrtEngine({}).prepare(modelGraph(bundle));
  const scores = runnable.ok ? await runnable.value.run(rows, barIndices.length) : runnable;
  if (!scores.ok) return err(`${manifest.name}: ${scores.error.kind}: ${scores.error.detail}`);
  return ok(scoredRows(scores.value, manifest.heads.length, insideDomain(manifest.domain, rows)));
}

/** Scores f32[rows × heads] as the policy takes them; undefined outside the domain, as the serving path judges it. */
export const scoredRows = (
  scores: ArrayLike<number>,
  headCount: number,
  isInside: readonly boolean[],
): ScoredRows =>
  isInside.map((inside, row) =>
    inside
      ? {
          direction: scores[row * headCount] as number,
          risk: headCount === 1 ? null : (scores[row * headCount + 1] as number),
        }
      : undefined,
  );
