import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Release } from '../../models/release.ts';

/**
 * Writes `manifest.json`, `signature.json` and `model.onnx` into `<directory>/<name>`, and beside them, for people,
 * `measurements.json`: figures by name, which the bundle's hash does not cover. Answers that path.
 */
export async function writeBundle(
  directory: string,
  { bundle, files }: Release,
  measurements: Readonly<Record<string, number>>,
): Promise<string> {
  const path = join(directory, bundle.manifest.name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'manifest.json'), files.manifest);
  await writeFile(join(path, 'signature.json'), files.signature);
  await writeFile(join(path, 'model.onnx'), files.model);
  await writeFile(join(path, 'measurements.json'), `${JSON.stringify(measurements, null, 2)}\n`);
  return path;
}
