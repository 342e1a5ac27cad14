import { type Span, type SpanOptions, type Tracer, trace } from '@opentelemetry/api';
import { afterAll, describe, expect, it } from 'vitest';
import { openRequestSpan } from '../../src/telemetry/tracing.ts';

const random = { bytes: (length: number) => new Uint8Array(length).fill(7) };
const request = new Request('http://service/', {
  headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
});

/** Registers a provider whose spans have one id; gives the names of those that were started, and how many ended. */
function register() {
  const seen: { started: [string, SpanOptions | undefined][]; ended: number } = { started: [], ended: 0 };
  const span = {
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'c'.repeat(16), traceFlags: 1 }),
    isRecording: () => false,
    end: () => {
      seen.ended += 1;
    },
  } as unknown as Span;
  const startSpan: Tracer['startSpan'] = (name, options) => {
    seen.started.push([name, options]);
    return span;
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as unknown as Tracer });
  return seen;
}

afterAll(() => trace.disable());

describe('openRequestSpan', () => {
  it("goes on with the caller's trace where nobody traces here", async () => {
    const span = openRequestSpan(request, random);
    expect(span.traceparent).toBe(`00-${'a'.repeat(32)}-${'07'.repeat(8)}-01`);
    expect(await span.run(async () => 'answer')).toBe('answer');
  });

  it('starts a span under a provider, also one that is registered after the first request', async () => {
    openRequestSpan(request, random).end(200);
    const seen = register();
    const span = openRequestSpan(request, random);
    expect(span.traceparent).toBe(`00-${'a'.repeat(32)}-${'c'.repeat(16)}-01`);
    expect(await span.run(async () => 'answer')).toBe('answer');
    span.end(200);
    expect(seen).toMatchObject({ started: [['GET', {}]], ended: 1 });
  });
});
