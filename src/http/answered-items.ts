import type { Result } from '../core/result.ts';
import type { BatchOutcome } from '../decision/pipeline.ts';
import type { Question } from '../decision/question.ts';
import { type Problem, problemBody } from './problem.ts';

type Decided = Extract<BatchOutcome, { kind: 'answered' }>['items'];

/**
 * JSON that ends with an array: of each item its decision, or the problem that it was refused with.
 *
 * @param opening what stands before the array's members, so that their text is copied once
 */
export function answeredItems(
  opening: string,
  items: readonly Result<Question, Problem>[],
  decided: Decided,
): string {
  const texts = items.map((item, index) =>
    item.ok ? textOf(decided[index]) : JSON.stringify(problemBody(item.error)),
  );
  texts[0] = opening + (texts[0] ?? '');
  texts[texts.length - 1] += ']}';
  return texts.join(',');
}

function textOf(decided: Decided[number]): string {
  if (decided === undefined) throw new RangeError('a question of the batch was not decided');
  const detail = 'the permission ended while the record was written';
  return decided === 'superseded'
    ? JSON.stringify(problemBody({ code: 'SUPERSEDED', detail }))
    : decided.text;
}
