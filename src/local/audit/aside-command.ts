import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { AsideRecord, SetAside } from '../../control/set-aside.ts';
import { parseJson } from '../../core/parse-json.ts';
import type { Result } from '../../core/result.ts';

export interface AsideAsk {
  readonly how: 'list' | 'retry' | 'drop';
  /** Names in the stream of those set aside; `all` for all of them. */
  readonly ids: readonly string[];
  /** Why, kept for good; `list` needs none. */
  readonly reason: string | undefined;
}

interface AsideOptions {
  readonly aside: SetAside;
  readonly trail: AuditTrail;
  /** Who clears them. */
  readonly by: string;
}

type Clear = Exclude<AsideAsk['how'], 'list'>;

/** As many as one audit entry names. */
const pageRecords = 50;

/**
 * Records of the outbox that were set aside: shown, given back to the outbox, or dropped for good. What is changed is in the
 * audit trail first: without an entry nothing is changed. Gives a line for each; throws, for people to read.
 */
export async function asideCommand(
  options: AsideOptions,
  { how, ids, reason }: AsideAsk,
): Promise<readonly string[]> {
  const all = await allOf(options.aside);
  if (how === 'list') return all.map(lineOf);
  if (reason === undefined) throw new Error(`${how} needs --reason TEXT`);
  const chosen = ids.includes('all') ? all : all.filter(({ id }) => ids.includes(id));
  if (chosen.length === 0) throw new Error('no such record is set aside');
  const lines: string[] = [];
  for (let from = 0; from < chosen.length; from += pageRecords) {
    lines.push(await clear(options, how, reason, chosen.slice(from, from + pageRecords)));
  }
  return lines;
}

async function allOf(aside: SetAside): Promise<readonly AsideRecord[]> {
  const records: AsideRecord[] = [];
  for (;;) {
    const page = orThrow(await aside.list(records.at(-1)?.id ?? null, pageRecords));
    if (page.length === 0) return records;
    records.push(...page);
  }
}

async function clear(
  { aside, trail, by }: AsideOptions,
  how: Clear,
  reason: string,
  records: readonly AsideRecord[],
): Promise<string> {
  const entry = trail.seal({
    actor: { kind: 'component', name: `npm run audit by ${by}` },
    verb: `${how}-records`,
    target: 'outbox',
    reason,
    clientAddress: null,
    before: records.map((record) => ({ ...namesOf(record), setAsideFor: record.reason })),
    after: null,
  });
  const written = await trail.commit(entry, []);
  if (!written.ok) throw new Error(`nothing was changed: ${written.error.detail}`);
  const ids = records.map(({ id }) => id);
  const cleared = orThrow(await aside.clear(how, ids));
  const done = how === 'retry' ? 'given back to the outbox' : 'dropped for good';
  return `${done}: ${cleared} of ${records.length}`;
}

/** What a record says of itself; a text that is none has only its place. */
function namesOf({ id, text }: AsideRecord) {
  const parsed = parseJson(text);
  const facts = typeof parsed === 'object' && parsed !== null ? parsed : {};
  const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    asideId: id,
    id: textOf('id' in facts ? facts.id : null),
    account: textOf('account' in facts ? facts.account : null),
    recordHash: textOf('recordHash' in facts ? facts.recordHash : null),
  };
}

function lineOf(record: AsideRecord): string {
  const { asideId, id, account } = namesOf(record);
  return `${asideId}  ${id ?? 'no record'}  ${account ?? '-'}  ${record.text.length} characters  ${record.reason}`;
}

function orThrow<T>(outcome: Result<T, string>): T {
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}
