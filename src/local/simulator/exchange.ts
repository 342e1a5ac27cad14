import type { Answer } from '../../decision/answer.ts';
import type { Asked } from './clients.ts';
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

/** An answer at the moment at which it left its isolate. */
export interface ReceivedReply {
  readonly leftAtMs: number;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** With status 200. */
  readonly answer: Answer | undefined;
  /** With any other. */
  readonly code: string | undefined;
}

export const isReplayed = ({ headers }: ReceivedReply): boolean =>
  headers.get('idempotency-replayed') === 'true';

/** Whether a token of the key's bucket was spent on it: then it tells how many are left. */
export const isAdmittedReply = ({ headers, code }: ReceivedReply): boolean =>
  (code === undefined && headers.has('ratelimit')) ||
  code === 'IN_PROGRESS' ||
  code === 'SUPERSEDED' ||
  code === 'IDEMPOTENCY_MISMATCH';

export async function receive(response: Response, leftAtMs: number): Promise<ReceivedReply> {
  const text = await response.text();
  const body = JSON.parse(text);
  const { status, headers } = response;
  return status === 200
    ? { leftAtMs, status, headers, text, answer: body, code: undefined }
    : { leftAtMs, status, headers, text, answer: undefined, code: String(body.code) };
}
