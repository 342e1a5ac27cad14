import { context, INVALID_TRACEID, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { Random } from '../core/clock.ts';
import { continueTrace, formatTraceparent } from './traceparent.ts';

const tracer = trace.getTracer('ultrathink');

/**
 * Runs one request inside a server span, as a child of the caller's `traceparent` where one came. Without a
 * registered provider the API does nothing, and the header alone goes on.
 *
 * @param handle answers the HTTP status
 * @returns the `traceparent` that the answer carries
 */
export async function inRequestSpan(
  request: Request,
  random: Random,
  handle: () => Promise<number>,
): Promise<string> {
  const remote = continueTrace(request.headers.get('traceparent'), random);
  const parent =
    remote.parentId === undefined
      ? context.active()
      : trace.setSpanContext(context.active(), {
          traceId: remote.traceId,
          spanId: remote.parentId,
          traceFlags: remote.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
          isRemote: true,
        });
  const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER }, parent);
  const { traceId, spanId } = span.spanContext();
  // Then nobody traces, and nothing reads the context.
  if (traceId === INVALID_TRACEID || spanId === remote.parentId) {
    await handle();
    return formatTraceparent(remote);
  }
  const status = await context.with(trace.setSpan(parent, span), handle);
  if (span.isRecording()) {
    span.setAttributes({ 'http.request.method': request.method, 'http.response.status_code': status });
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
  return formatTraceparent({ ...remote, traceId, spanId });
}
