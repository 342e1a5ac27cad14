import type { Timers } from '../core/clock.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Problem } from './problem.ts';

export interface BodyLimits {
  readonly bodyBytesMax: number;
  /** Time for the whole body to arrive, in milliseconds; a slower client gets 408. */
  readonly bodyDeadlineMs: number;
  readonly timers: Timers;
}

/** Given to `abort` so that it makes no DOMException a request, which is 3-5 % of a small one's time. */
const arrived = 'the body arrived';

/** A request's body as text, bounded in bytes and in time. */
export async function readBody(request: Request, limits: BodyLimits): Promise<Result<string, Problem>> {
  const declaredBytes = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declaredBytes > limits.bodyBytesMax) return err(tooLarge(limits));
  if (!request.body) return ok('');
  const reader = request.body.getReader();
  const deadline = new AbortController();
  const late = limits.timers.sleep(limits.bodyDeadlineMs, deadline.signal).then(() => 'late' as const);
  try {
    return await readChunks(reader, late, limits);
  } catch {
    return err({ code: 'NOT_JSON', detail: 'the body ended early' });
  } finally {
    deadline.abort(arrived);
  }
}

async function readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  late: Promise<'late'>,
  limits: BodyLimits,
): Promise<Result<string, Problem>> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let sizeBytes = 0;
  for (;;) {
    const chunk = await Promise.race([reader.read(), late]);
    if (chunk === 'late') {
      void reader.cancel().catch(() => undefined);
      return err({
        code: 'BODY_TIMEOUT',
        detail: `the body did not arrive within ${limits.bodyDeadlineMs} ms`,
      });
    }
    if (chunk.done) return ok(text + decoder.decode());
    sizeBytes += chunk.value.byteLength;
    if (sizeBytes > limits.bodyBytesMax) {
      void reader.cancel().catch(() => undefined);
      return err(tooLarge(limits));
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
}

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
