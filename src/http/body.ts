import type { Alarms } from '../core/clock.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Problem } from './problem.ts';

export interface BodyLimits {
  readonly bodyBytesMax: number;
  /** Time for the whole body to arrive, in milliseconds; a slower client gets 408. */
  readonly bodyDeadlineMs: number;
  readonly timers: Alarms;
}

/**
 * A request's body as text, bounded in bytes and in time. Runtimes put U+FFFD for bytes that are not UTF-8, and do not say so, but
 * hand over a text for less than its bytes. So one with U+FFFD in it is refused, but where it is better taken as it is: JSON that
 * means the character has its escape.
 */
export function readBody(
  request: Request,
  limits: BodyLimits,
  unreadable: Unreadable = 'refused',
): Promise<Result<string, Problem>> {
  const declared = request.headers.get('content-length');
  // A server delivers no more than was declared, so such a body is taken whole: streams cost several times as much.
  const declaredBytes = declared === null ? Number.NaN : Number(declared);
  if (declaredBytes > limits.bodyBytesMax) return Promise.resolve(err(tooLarge(limits)));
  if (Number.isNaN(declaredBytes)) return readStream(request, limits, unreadable);
  return beforeDeadline(request.text(), limits, (text) =>
    isLarger(text, limits.bodyBytesMax) ? err(tooLarge(limits)) : legible(text, unreadable),
  );
}

type Unreadable = 'refused' | 'taken';

const legible = (text: string, unreadable: Unreadable): Result<string, Problem> =>
  unreadable === 'refused' && text.includes('\ufffd') ? err(notText) : ok(text);

const notText: Problem = {
  code: 'NOT_JSON',
  detail: 'the body ended early or is not UTF-8, of which U+FFFD tells',
};

/** Of its UTF-8, which has one to three bytes for each unit of a text. */
const isLarger = (text: string, bytesMax: number): boolean =>
  text.length * 3 > bytesMax && (text.length > bytesMax || encoder.encode(text).length > bytesMax);

const encoder = new TextEncoder();

/** One promise for what is read, its deadline and what is made of it: every request waits for this one. */
function beforeDeadline<T>(
  work: Promise<T>,
  limits: BodyLimits,
  finish: (value: T) => Result<string, Problem>,
): Promise<Result<string, Problem>> {
  return new Promise((resolve) => {
    let isDone = false;
    let stop: (() => void) | undefined;
    const settle = (outcome: Result<string, Problem>): void => {
      isDone = true;
      stop?.();
      resolve(outcome);
    };
    work.then(
      (value) => settle(finish(value)),
      () => settle(err(notText)),
    );
    // A body that came with its headers is here within this turn, mostly, and takes no alarm.
    void Promise.resolve().then(() => {
      const { timers, bodyDeadlineMs } = limits;
      if (!isDone) stop = timers.setAlarm(bodyDeadlineMs, () => resolve(err(tooLate(limits))));
    });
  });
}

async function readStream(
  { body }: Request,
  limits: BodyLimits,
  unreadable: Unreadable,
): Promise<Result<string, Problem>> {
  if (!body) return ok('');
  const reader = body.getReader();
  const text = await beforeDeadline(readChunks(reader, limits), limits, (read) =>
    read.ok ? legible(read.value, unreadable) : read,
  );
  if (!text.ok) void reader.cancel().catch(() => undefined);
  return text;
}

async function readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limits: BodyLimits,
): Promise<Result<string, Problem>> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for (;;) {
    const chunk = await reader.read();
    if (chunk.done) return ok(text + decoder.decode());
    sizeBytes += chunk.value.byteLength;
    if (sizeBytes > limits.bodyBytesMax) return err(tooLarge(limits));
    text += decoder.decode(chunk.value, { stream: true });
  }
}

const tooLate = ({ bodyDeadlineMs }: BodyLimits): Problem => ({
  code: 'BODY_TIMEOUT',
  detail: `the body did not arrive within ${bodyDeadlineMs} ms`,
});

const tooLarge = (limits: BodyLimits): Problem => ({
  code: 'BODY_TOO_LARGE',
  detail: `the limit is ${limits.bodyBytesMax} bytes`,
});

/** Parses JSON. Duplicate names keep the last value, as RFC 8259 leaves open and ECMAScript defines. */
export function parseJson(text: string): Result<unknown, Problem> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return err({ code: 'NOT_JSON' });
  }
}
