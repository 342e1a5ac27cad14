import { describe, expect, it } from 'vitest';
import { continueTrace, formatTraceparent } from '../../src/telemetry/traceparent.ts';

const random = { bytes: (length: number) => new Uint8Array(length).fill(0xab) };
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';

describe('continueTrace', () => {
  it("goes on in the caller's trace with a span of its own", () => {
    const trace = continueTrace(`00-${traceId}-${parentId}-01`, random);
    expect(trace).toEqual({ traceId, parentId, spanId: 'ab'.repeat(8), sampled: true });
    expect(formatTraceparent(trace)).toBe(`00-${traceId}-${'ab'.repeat(8)}-01`);
  });

  it('reads a later version by the fields of this one', () => {
    expect(continueTrace(`cc-${traceId}-${parentId}-01-what-comes`, random).parentId).toBe(parentId);
  });

  it.each([
    ['nothing', null],
    ['an all-zero trace', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['an all-zero parent', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['version ff', `ff-${traceId}-${parentId}-01`],
    ['capitals', `00-${traceId.toUpperCase()}-${parentId}-01`],
    ['more fields than version 00 has', `00-${traceId}-${parentId}-01-x`],
    ['a short trace', `00-${traceId.slice(1)}-${parentId}-01`],
  ])('begins a trace where %s came', (_, header) => {
    expect(continueTrace(header, random)).toMatchObject({ traceId: 'ab'.repeat(16), parentId: undefined });
  });
});
