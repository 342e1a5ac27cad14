import type { Answer } from '../../decision/answer.ts';
import type { Asked, AskedItem } from './clients.ts';
import type { Isolate } from './isolate.ts';

/** A request on its way, and how it ended. */
export interface Exchange {
  readonly asked: Asked;
  readonly isolate: Isolate;
  readonly sentAtMs: number;
  /** Redis' losses before it was sent. */
  readonly redisLosses: number;
  /** Whether what the request began was ended from outside. */
  isCut: boolean;
  reply: ReceivedReply | undefined;
}

/** What an item was answered, or the code that it was refused with. */
type ItemReply =
  | { readonly answer: Answer; readonly code: undefined }
  | { readonly answer: undefined; readonly code: string };

/** An answer at the moment at which it left its isolate. */
export interface ReceivedReply {
  readonly leftAtMs: number;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** With status 200: of what was asked, in its order. */
  readonly items: readonly ItemReply[];
  /** With any other. */
  readonly code: string | undefined;
}

/** One decision of an exchange that was answered. */
export interface Decided {
  readonly asked: AskedItem;
  readonly answer: Answer;
}

/** The decisions that an exchange was answered with; none where it was refused. */
export const decidedIn = ({ asked, reply }: Exchange): readonly Decided[] =>
  reply
    ? reply.items.flatMap(({ answer }, index) => {
        const item = asked.items[index];
        return answer && item ? [{ asked: item, answer }] : [];
      })
    : [];

export const actionableIn = (exchange: Exchange): readonly Decided[] =>
  decidedIn(exchange).filter(({ answer }) => answer.actionable);

export const isReplayed = ({ headers }: ReceivedReply): boolean =>
  headers.get('idempotency-replayed') === 'true';

/** Whether tokens of the key's bucket were spent on it: then it tells how many are left. */
export const isAdmittedReply = ({ headers, code }: ReceivedReply): boolean =>
  (code === undefined && headers.has('ratelimit')) ||
  code === 'IN_PROGRESS' ||
  code === 'SUPERSEDED' ||
  code === 'IDEMPOTENCY_MISMATCH';

export async function receive(
  response: Response,
  { kind }: Pick<Asked, 'kind'>,
  leftAtMs: number,
): Promise<ReceivedReply> {
  const text = await response.text();
  const body = JSON.parse(text);
  const { status, headers } = response;
  const left = { leftAtMs, status, headers, text };
  if (status !== 200) return { ...left, items: [], code: String(body.code) };
  const items: readonly (Answer | { readonly code: string })[] = kind === 'batch' ? body.items : [body];
  return { ...left, items: items.map(itemReplyOf), code: undefined };
}

export const itemReplyOf = (item: Answer | { readonly code: string }): ItemReply =>
  'action' in item ? { answer: item, code: undefined } : { answer: undefined, code: String(item.code) };
