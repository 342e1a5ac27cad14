import { ok, type Result } from '../core/result.ts';
import type { KeyFacts, Question } from '../decision/question.ts';
import type { Problem } from './problem.ts';
import { featuresInOrder, type readQuestion } from './question.ts';
import { readItem } from './read-item.ts';

type Item = Readonly<Record<string, unknown>>;

/** An item that was read, and what it asks. */
interface ReadBefore {
  readonly item: Item;
  readonly nameCount: number;
  readonly question: Question;
}

/**
 * Reads a body's items, one after the other. Mostly one says what the one before it said, but for its features: then it is
 * asked alike, and looked at for those alone.
 */
export function createItemReader(
  key: KeyFacts,
  options: Parameters<typeof readQuestion>[2],
): (item: unknown) => Result<Question, Problem> {
  let before: ReadBefore | undefined;
  return (item) => {
    const alike = before && isObject(item) ? askedAlike(item, before) : undefined;
    if (alike) return ok(alike);
    const read = readItem(item, key, options);
    before =
      read.ok && read.value.input.kind === 'features' && isObject(item)
        ? { item, nameCount: Object.keys(item).length, question: read.value }
        : undefined;
    return read;
  };
}

const isObject = (item: unknown): item is Item => typeof item === 'object' && item !== null;

/** Undefined where the item says more or less than the one before, or other things, or features that are not the model's in order. */
function askedAlike(item: Item, { item: before, nameCount, question }: ReadBefore): Question | undefined {
  let values: Float32Array | undefined;
  let count = 0;
  for (const name in item) {
    const value = item[name];
    if (name === 'features') values = inOrderOf(question, value);
    else if (value === undefined || value !== before[name]) return undefined;
    count += 1;
  }
  return values && count === nameCount ? { ...question, input: { kind: 'features', values } } : undefined;
}

const inOrderOf = ({ model }: Question, features: unknown): Float32Array | undefined =>
  typeof features === 'object' && features !== null
    ? featuresInOrder(features, model.bundle.manifest.features.names)
    : undefined;
