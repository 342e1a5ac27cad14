import type { Result } from '../core/result.ts';
import type { Experiment } from './experiment.ts';
import { type JudgedUnit, judgeExperiment } from './judge-experiment.ts';

interface JudgeOptions {
  readonly loadExperiments: () => Promise<Result<readonly Experiment[], string>>;
  readonly loadEvidence: (experiment: Experiment) => Promise<Result<readonly JudgedUnit[], string>>;
  /** Never throws. */
  readonly demote: (experiment: Experiment, reason: string) => Promise<void>;
  readonly report: (failure: unknown) => void;
}

/** Judges every experiment that runs, or those on the symbols, and demotes what has to be. Never throws. */
export type JudgeRunning = (symbols?: readonly string[]) => Promise<void>;

export function createJudgeRunning(options: JudgeOptions): JudgeRunning {
  const { loadExperiments, loadEvidence, demote, report } = options;

  async function judge(experiment: Experiment): Promise<void> {
    const evidence = await loadEvidence(experiment);
    if (!evidence.ok) return report(`experiments: ${evidence.error}`);
    const { decision, reason } = judgeExperiment(experiment.terms, evidence.value);
    if (decision === 'demote') await demote(experiment, reason);
  }

  return async (symbols) => {
    try {
      const loaded = await loadExperiments();
      if (!loaded.ok) return report(`experiments: ${loaded.error}`);
      for (const experiment of loaded.value) {
        const concerns = symbols?.some((symbol) => experiment.terms.symbols.includes(symbol)) ?? true;
        if (experiment.state === 'running' && concerns) await judge(experiment);
      }
    } catch (failure) {
      report(failure);
    }
  };
}
