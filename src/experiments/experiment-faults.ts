import type { Catalog } from '../models/catalog.ts';
import { candidateOf } from './candidate-of.ts';
import { cannotCompete } from './cannot-compete.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentTerms } from './experiment-terms.ts';

interface TermsFault {
  readonly path: string;
  readonly message: string;
}

/** What keeps an experiment from running beside the models that are served and the experiments that run. */
export function experimentFaults(
  name: string,
  terms: ExperimentTerms,
  catalog: Catalog,
  others: readonly Experiment[],
): readonly TermsFault[] {
  const candidate = candidateOf(catalog, terms);
  if (!candidate) return [{ path: 'candidate', message: 'no model of that name and version' }];
  return terms.symbols.flatMap((symbol, index): readonly TermsFault[] => {
    const path = `symbols[${index}]`;
    const production = catalog.bySymbol(symbol);
    if (!production) return [{ path, message: 'no model serves it' }];
    const hindrance = cannotCompete(candidate, production, symbol);
    if (hindrance !== undefined) return [{ path: 'candidate', message: hindrance }];
    const busy = others.find(
      (other) => other.state === 'running' && other.name !== name && other.terms.symbols.includes(symbol),
    );
    return busy ? [{ path, message: `the experiment ${busy.name} runs on it` }] : [];
  });
}
