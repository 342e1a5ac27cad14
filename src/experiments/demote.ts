import type { Experiment } from './experiment.ts';
import { type ExperimentWriter, setExperiment } from './set-experiment.ts';

interface DemoteOptions extends ExperimentWriter {
  readonly report: (failure: unknown) => void;
}

/**
 * Ends an experiment for good by the service's own judgement. That somebody else changed it first is no failure: it is
 * looked at again under its new epoch.
 */
export function createDemote(options: DemoteOptions) {
  return async (experiment: Experiment, reason: string): Promise<void> => {
    const { name, terms } = experiment;
    const actor = { kind: 'component', name: 'experiments' } as const;
    const change = { name, terms, state: 'demoted', reason, actor, clientAddress: null } as const;
    try {
      const written = await setExperiment(options, experiment, change);
      if (written.ok || written.error === 'changed') return;
      options.report(`experiments: ${name} could not be demoted: the database is unavailable`);
    } catch (failure) {
      options.report(failure);
    }
  };
}
