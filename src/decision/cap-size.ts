import { isExit } from '../risk/effect.ts';
import type { Judgement } from './answer.ts';
import type { Question } from './question.ts';

/** A canary's candidate opens and increases by no more than its cap. What reduces or closes is not held back. */
export function capSize(judgement: Judgement, { arm, experiment }: Question): Judgement {
  if (arm !== 'candidate' || experiment?.terms.kind !== 'canary' || judgement.action === 'HOLD') {
    return judgement;
  }
  return isExit(judgement.effect)
    ? judgement
    : { ...judgement, size: Math.min(judgement.size, experiment.terms.sizeMax) };
}
