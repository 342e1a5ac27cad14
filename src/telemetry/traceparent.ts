import type { Random } from '../core/clock.ts';
import { hexOf } from '../core/hex.ts';

/** One request's place in a trace. */
export interface TraceContext {
  /** 16 bytes, lower-case hex, not all zero. */
  readonly traceId: string;
  /** 8 bytes, lower-case hex: the caller's span, or undefined at a root. */
  readonly parentId: string | undefined;
  readonly spanId: string;
  readonly sampled: boolean;
}

const version00 = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Continues the trace of a `traceparent` header, or begins one where it is absent or malformed
 * (W3C Trace Context §3.2: an unparsable header is ignored, version ff is invalid, later versions are read as 00).
 */
export function continueTrace(traceparent: string | null, random: Random): TraceContext {
  if (traceparent === null) return newTrace(random);
  const match = version00.exec(traceparent);
  const [, version = 'ff', traceId = '', parentId = '', flags = '00', rest] = match ?? [];
  const isValid =
    match !== null &&
    version !== 'ff' &&
    !/^0+$/.test(traceId) &&
    !/^0+$/.test(parentId) &&
    (version !== '00' || rest === undefined);
  if (!isValid) return newTrace(random);
  const spanId = hexOf(random.bytes(8));
  return { traceId, parentId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function newTrace(random: Random): TraceContext {
  const drawn = hexOf(random.bytes(24));
  return { traceId: drawn.slice(16), parentId: undefined, spanId: drawn.slice(0, 16), sampled: false };
}

export const formatTraceparent = (trace: TraceContext): string =>
  `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}`;
