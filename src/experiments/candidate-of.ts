import type { Catalog, ServedModel } from '../models/catalog.ts';
import type { ExperimentTerms } from './experiment-terms.ts';

/**
 * The model that the terms name, in exactly that version: the registry's candidate of the name, or one that is served. A bundle
 * that took its place meanwhile is another candidate, of which no trial says anything.
 */
export function candidateOf(
  { candidates, models }: Catalog,
  { candidate }: ExperimentTerms,
): ServedModel | undefined {
  return [...candidates, ...models].find(
    ({ bundle }) => bundle.manifest.name === candidate.name && bundle.version === candidate.version,
  );
}
