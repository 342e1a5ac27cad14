import type { Result } from '../core/result.ts';
import type { Answer } from '../decision/answer.ts';
import type { BatchOutcome } from '../decision/pipeline.ts';
import type { Question } from '../decision/question.ts';
import { type Problem, type ProblemBody, problemBody } from './problem.ts';

type Decided = Extract<BatchOutcome, { kind: 'answered' }>['items'];

/** Of each item its decision, or the problem that it was refused with. */
export function answeredItems(
  items: readonly Result<Question, Problem>[],
  decided: Decided,
): readonly (Answer | ProblemBody)[] {
  return items.map((item, index) => (item.ok ? decidedItem(decided[index]) : problemBody(item.error)));
}

function decidedItem(decided: Decided[number]): Answer | ProblemBody {
  if (decided === undefined) throw new RangeError('a question of the batch was not decided');
  const detail = 'the permission ended while the record was written';
  return decided === 'superseded' ? problemBody({ code: 'SUPERSEDED', detail }) : decided;
}
