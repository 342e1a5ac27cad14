import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Release } from '../../models/release.ts';

/** Writes `manifest.json` and `model.onnx` into `<directory>/<name>` and answers that path. */
export async function writeBundle(directory: string, { bundle, files }: Release): Promise<string> {
  const path = join(directory, bundle.manifest.name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'manifest.json'), files.manifest);
  await writeFile(join(path, 'model.onnx'), files.model);
  return path;
}
