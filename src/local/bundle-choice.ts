import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundlesOf } from './build-worker.ts';

/** Which bundles a local start serves. */
export interface BundleChoice {
  /** Absolute: `<bundlesDir>/<name>/manifest.json` and its siblings. */
  readonly bundlesDir: string;
  /** In order of preference for a symbol. */
  readonly models: readonly string[];
}

/**
 * The bundles of a directory: those named, separated by commas, or all, those for production first. Throws, for people to
 * read, where one is not there.
 */
export function chooseBundles(bundlesDir: string, names?: string): BundleChoice {
  const present = bundlesOf(bundlesDir, 'local');
  if (present.length === 0) throw new Error(`${bundlesDir} holds no bundle: no <name>/manifest.json`);
  if (names === undefined) return { bundlesDir, models: present };
  const models = names.split(',').map((name) => name.trim());
  const absent = models.filter((name) => !present.includes(name));
  if (absent.length === 0) return { bundlesDir, models };
  throw new Error(`${bundlesDir} holds no bundle ${absent.join(', ')}; it holds ${present.join(', ')}`);
}

/** The symbols that the chosen bundles say they serve. */
export function symbolsOf({ bundlesDir, models }: BundleChoice): ReadonlySet<string> {
  const manifests = models.map((name): { readonly symbols: readonly string[] } =>
    JSON.parse(readFileSync(join(bundlesDir, name, 'manifest.json'), 'utf8')),
  );
  return new Set(manifests.flatMap(({ symbols }) => symbols));
}
