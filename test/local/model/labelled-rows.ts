import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { type ModelFile, readModelFile } from '../../../src/local/model/model-file.ts';
import { openOrt } from '../../../src/local/model/raw-engines.ts';

/** A CSV of normal rows under the names given, each labelled 1 with the probability that the model's column says. */
export async function labelledRows(path: string, names: readonly string[], column: number): Promise<string> {
  const file = readModelFile(path);
  if (!file.ok) throw new Error(file.error);
  const random = new SeededRandom(7);
  const count = 400;
  const rows = Float32Array.from({ length: count * names.length }, () => random.normal());
  const scores = await scoresOf(file.value, rows, count);
  const lines = Array.from({ length: count }, (_, i) => {
    const label = random.uniform() < (scores[i * (scores.length / count) + column] ?? 0) ? 1 : 0;
    return [...rows.subarray(i * names.length, (i + 1) * names.length), label, '2020-01-02'].join(',');
  });
  return [[...names, 'label', 'date'].join(','), ...lines].join('\n');
}

async function scoresOf(file: ModelFile, rows: Float32Array, count: number): Promise<Float32Array> {
  const engine = await openOrt(file, file.outputs.at(-1) ?? '');
  if (!engine.ok) throw new Error(engine.error.join());
  return engine.value.run(rows, count);
}
