import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Release } from '../../models/release.ts';

/**
 * Writes `manifest.json`, `signature.json` and `model.onnx` into `<directory>/<name>`, and beside them, for people,
 * `measurements.json`: figures by name, which the bundle's hash does not cover. The folder appears whole: one that is there already goes
 * when the new one is complete. Answers that path.
 */
export async function writeBundle(
  directory: string,
  { bundle, files }: Release,
  measurements: Readonly<Record<string, number>>,
): Promise<string> {
  const path = join(directory, bundle.manifest.name);
  const draft = `${path}.new`;
  const former = `${path}.former`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, 'manifest.json'), files.manifest);
  await writeFile(join(draft, 'signature.json'), files.signature);
  await writeFile(join(draft, 'model.onnx'), files.model);
  await writeFile(join(draft, 'measurements.json'), `${JSON.stringify(measurements, null, 2)}\n`);
  await rm(former, { recursive: true, force: true });
  if (existsSync(path)) await rename(path, former);
  await rename(draft, path);
  await rm(former, { recursive: true, force: true });
  return path;
}
