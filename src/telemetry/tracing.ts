import {
  context,
  INVALID_TRACEID,
  ProxyTracerProvider,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Random } from '../core/clock.ts';
import { continueTrace, formatTraceparent, type TraceContext } from './traceparent.ts';

const tracerName = 'ultrathink';
const tracer = trace.getTracer(tracerName);

/** The span around one request. */
export interface RequestSpan {
  /** What the answer carries. */
  readonly traceparent: string;
  run<T>(handle: () => Promise<T>): Promise<T>;
  /** @param status of the answer, by HTTP */
  end(status: number): void;
}

/**
 * A server span, as a child of the caller's `traceparent` where one came. Without a registered provider the API does nothing,
 * and the header alone goes on.
 */
export function openRequestSpan(request: Request, random: Random): RequestSpan {
  const remote = continueTrace(request.headers.get('traceparent'), random);
  if (!isTraced()) return untraced(remote);
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
  if (traceId === INVALID_TRACEID || spanId === remote.parentId) return untraced(remote);
  return {
    traceparent: formatTraceparent({ ...remote, traceId, spanId }),
    run: (handle) => context.with(trace.setSpan(parent, span), handle),
    end(status) {
      if (span.isRecording()) {
        span.setAttributes({ 'http.request.method': request.method, 'http.response.status_code': status });
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

/** Whether a provider is registered: asked for each request, since one may be later than this module, and cheaper than a span of nobody. */
function isTraced(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(tracerName) !== undefined;
}

const runUntraced: RequestSpan['run'] = (handle) => handle();
const endUntraced: RequestSpan['end'] = () => undefined;

const untraced = (remote: TraceContext): RequestSpan => ({
  traceparent: formatTraceparent(remote),
  run: runUntraced,
  end: endUntraced,
});
