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
export async function readBody(
  request: Request,
  limits: BodyLimits,
  unreadable: 'refused' | 'taken' = 'refused',
): Promise<Result<string, Problem>> {
  const text = await readText(request, limits);
  const isRefused = unreadable === 'refused' && text.ok && text.value.includes('\ufffd');
  return isRefused ? err(notText) : text;
}

async function readText(request: Request, limits: BodyLimits): Promise<Result<string, Problem>> {
  const declared = request.headers.get('content-length');
  // A server delivers no more than was declared, so such a body is taken whole: streams cost several times as much.
  const declaredBytes = declared === null ? Number.NaN : Number(declared);
  if (declaredBytes > limits.bodyBytesMax) return err(tooLarge(limits));
  try {
    if (Number.isNaN(declaredBytes)) return await readStream(request, limits);
    const text = await beforeDeadline(request.text(), limits);
    if (text === undefined) return err(tooLate(limits));
    return isLarger(text, limits.bodyBytesMax) ? err(tooLarge(limits)) : ok(text);
  } catch {
    return err(notText);
  }
}

const notText: Problem = {
  code: 'NOT_JSON',
  detail: 'the body ended early or is not UTF-8, of which U+FFFD tells',
};

/** Of its UTF-8, which has one to three bytes for each unit of a text. */
const isLarger = (text: string, bytesMax: number): boolean =>
  text.length * 3 > bytesMax && (text.length > bytesMax || encoder.encode(text).length > bytesMax);

const encoder = new TextEncoder();

/** Undefined where it came too late. */
function beforeDeadline<T>(work: Promise<T>, { bodyDeadlineMs, timers }: BodyLimits): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let isDone = false;
    let stop = (): void => undefined;
    const done = (settle: () => void): void => {
      isDone = true;
      stop();
      settle();
    };
    work.then(
      (value) => done(() => resolve(value)),
      (failure) => done(() => reject(failure)),
    );
    // A body that came with its headers is here within this turn, mostly, and takes no alarm.
    void Promise.resolve().then(() => {
      if (!isDone) stop = timers.setAlarm(bodyDeadlineMs, () => resolve(undefined));
    });
  });
}

async function readStream({ body }: Request, limits: BodyLimits): Promise<Result<string, Problem>> {
  if (!body) return ok('');
  const reader = body.getReader();
  const text = await beforeDeadline(readChunks(reader, limits), limits);
  if (text?.ok) return text;
  void reader.cancel().catch(() => undefined);
  return text ?? err(tooLate(limits));
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
