import type { Result } from '../core/result.ts';
import type { KeyFacts, Question } from '../decision/question.ts';
import type { Problem } from './problem.ts';
import { readQuestion } from './question.ts';
import { invalid, unknownField } from './read-shape.ts';

/**
 * One of several requests in one body. Durability and idempotency are the whole body's: an item that asked for its own
 * would not get it. An override is for one decision alone.
 */
export function readItem(
  item: unknown,
  key: KeyFacts,
  options: Parameters<typeof readQuestion>[2],
): Result<Question, Problem> {
  for (const name of bodysOwn) if (isOwn(item, name)) return invalid(namesOf(item).map(unknownField));
  return readQuestion(item, key, options);
}

const isOwn = (item: unknown, name: string): boolean =>
  typeof item === 'object' && item !== null && Object.hasOwn(item, name);

const namesOf = (item: unknown): readonly string[] => bodysOwn.filter((name) => isOwn(item, name));

const bodysOwn = ['durability', 'clientDecisionId', 'overrideId'];
