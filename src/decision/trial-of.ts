import type { Experiment } from '../experiments/experiment.ts';
import type { Trial } from '../experiments/trial.ts';
import type { Bar } from '../features/bar.ts';
import { barNameMs } from '../market/calendar.ts';
import type { Judgement } from './answer.ts';
import type { Question } from './question.ts';

/** What each arm says of a question, whatever the client holds. */
export interface Stances {
  readonly production: Judgement;
  readonly candidate: Judgement;
}

/**
 * What is kept of both arms on a bar, the question being one to production; undefined without bars, or where something other than a model kept either from
 * saying anything.
 */
export function trialOf(
  experiment: Experiment,
  { input, model, symbol }: Question,
  { production, candidate }: Stances,
  { decisionId, nowMs }: { readonly decisionId: string; readonly nowMs: number },
): Trial | undefined {
  const lastBar = lastBarOf(input);
  if (!lastBar || !isOfModel(production) || !isOfModel(candidate)) return undefined;
  return {
    experiment: experiment.name,
    trialEpoch: experiment.trialEpoch,
    symbol,
    barMs: barNameMs(model.bundle.manifest.calendar, lastBar.tMs),
    decisionId,
    decidedAtMs: nowMs,
    productionAction: production.action,
    productionSize: sizeOf(production),
    productionCode: codeOf(production),
    productionVersion: model.bundle.version,
    candidateAction: candidate.action,
    candidateSize: sizeOf(candidate),
    candidateCode: codeOf(candidate),
  };
}

function lastBarOf(input: Question['input']): Bar | undefined {
  if (input.kind === 'window') return input.lastBar;
  return input.kind === 'bars' ? input.bars.at(-1) : undefined;
}

const sizeOf = (judgement: Judgement): number => (judgement.action === 'HOLD' ? 0 : judgement.size);

const codeOf = (judgement: Judgement): string | null =>
  judgement.action === 'HOLD' ? judgement.reasons[0].code : null;

/** A HOLD for safety says nothing of the model, but where the model itself failed. */
const isOfModel = (judgement: Judgement): boolean =>
  judgement.action !== 'HOLD' || judgement.holdKind !== 'safety' || codeOf(judgement) === 'MODEL_FAILED';
