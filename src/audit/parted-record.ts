import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { parseJson } from '../core/parse-json.ts';

/**
 * The record of a batch's item in two parts: what items that differ in their input alone share, which is kept and hashed once,
 * and what is each one's own. The hash of such a record is taken over the hash of the first and the text of the second, and
 * its receipt over the same two parts of the answer, so an item proves itself alone, as any other decision does.
 */
export interface SharedPart {
  /** Canonical JSON of the record without what is an item's own. */
  readonly text: string;
  /** SHA-256 of `text`, lower-case hex. */
  readonly hash: string;
  /** SHA-256 of the account and the answer's shared members, lower-case hex. */
  readonly answerHash: string;
}

/** Members of the answer and of the input that are an item's own. Its id and action stand in its answer. */
const ownNames = {
  answer: new Set([
    'action',
    'actionable',
    'asOf',
    'confidence',
    'data',
    'effect',
    'features',
    'holdKind',
    'id',
    'override',
    'reasons',
    'risk',
    'size',
    'validUntil',
  ]),
  input: new Set(['asOfMs', 'bars', 'features', 'position']),
};

type Members = Readonly<Record<string, unknown>>;

/**
 * @param text see {@link SharedPart}
 * @param answer canonical JSON of the answer's shared members
 */
export const sharedPart = (text: string, account: string, answer: string): SharedPart => ({
  text,
  hash: sha256Hex(text),
  answerHash: sha256Hex(sharedAnswerText(account, answer)),
});

const sharedAnswerText = (account: string, answer: string): string =>
  `{"account":${JSON.stringify(account)},"answer":${answer}}`;

/** What the record's hash is taken over. @param own canonical JSON of what is the item's own */
export const partedText = ({ hash }: Pick<SharedPart, 'hash'>, own: string): string => hash + own;

/** What the receipt covers beside the record's hash. @param ownAnswer canonical JSON of the answer's own members */
export const partedOpening = ({ answerHash }: Pick<SharedPart, 'answerHash'>, ownAnswer: string): string =>
  answerHash + ownAnswer;

/** The same of an answer as its client has it, without the seal of its record. */
export function partedOpeningOf(account: string, answer: Members): string {
  const { shared, own } = divided(answer, ownNames.answer);
  const answerHash = sha256Hex(sharedAnswerText(account, canonicalJson(shared)));
  return partedOpening({ answerHash }, canonicalJson(own));
}

/** The hash of a whole record as one in two parts; undefined where the text is of no decision. */
export function partedHashOf(record: string): string | undefined {
  const whole = parseJson(record);
  if (!isMembers(whole) || !isMembers(whole['answer']) || !isMembers(whole['input'])) return undefined;
  const { action: _, id: __, answer, input, ...rest } = whole;
  const answered = divided(answer as Members, ownNames.answer);
  const asked = divided(input as Members, ownNames.input);
  const shared = canonicalJson({ ...rest, answer: answered.shared, input: asked.shared });
  return sha256Hex(
    partedText({ hash: sha256Hex(shared) }, canonicalJson({ answer: answered.own, input: asked.own })),
  );
}

/** The whole record, canonical JSON; undefined where the parts are none. */
export function wholeRecord(shared: unknown, own: unknown): string | undefined {
  if (!isMembers(shared) || !isMembers(own)) return undefined;
  const answer = joined(shared['answer'], own['answer']);
  const input = joined(shared['input'], own['input']);
  if (!answer || !input) return undefined;
  return canonicalJson({ ...shared, action: answer['action'], id: answer['id'], answer, input });
}

function joined(shared: unknown, own: unknown): Members | undefined {
  return isMembers(shared) && isMembers(own) ? { ...shared, ...own } : undefined;
}

function divided(members: Members, own: ReadonlySet<string>) {
  const entries = Object.entries(members);
  return {
    shared: Object.fromEntries(entries.filter(([name]) => !own.has(name))),
    own: Object.fromEntries(entries.filter(([name]) => own.has(name))),
  };
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
