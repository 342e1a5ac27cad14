import { err, ok, type Result } from '../../core/result.ts';
import { type BodyLimits, readBody } from '../body.ts';
import type { Problem } from '../problem.ts';
import { signedPayload } from './signed-payload.ts';

/** A signed request, its signature not checked yet. */
export interface SignedCall {
  readonly keyId: string;
  /** Lower-case hex. */
  readonly signature: string;
  readonly payload: string;
  /** By the caller's clock, epoch milliseconds. */
  readonly timestampMs: number;
  readonly recvWindowMs: number;
}

const scheme = /^HMAC-SHA256 ([A-Za-z0-9_-]{1,64})$/;
/** The signature stands last, so that what was signed is all before it. */
const signedQuery = /^\?(.*)&signature=([0-9a-fA-F]{64})$/;
const recvWindowMsDefault = 5_000;
const recvWindowMsMax = 60_000;

/** Whether a request says that it is signed, by its `Authorization`. */
export const isSigned = (authorization: string | null): boolean =>
  authorization?.startsWith('HMAC-SHA256 ') ?? false;

/** What a signed request says; undefined where it does not say it rightly. Its body is read, and left to be read again. */
export async function readSignedCall(
  request: Request,
  limits: BodyLimits,
): Promise<Result<SignedCall | undefined, Problem>> {
  const keyId = scheme.exec(request.headers.get('authorization') ?? '')?.[1];
  const { pathname: path, search } = new URL(request.url);
  const [, query, signature] = signedQuery.exec(search) ?? [];
  const times = query === undefined ? undefined : timesOf(query);
  if (keyId === undefined || query === undefined || signature === undefined || !times) return ok(undefined);
  const body = request.body === null ? ok('') : await readBody(request.clone(), limits, 'taken');
  if (!body.ok) return err(body.error);
  const payload = signedPayload({ method: request.method, path, query, body: body.value });
  return ok({ keyId, signature: signature.toLowerCase(), payload, ...times });
}

function timesOf(query: string): Pick<SignedCall, 'timestampMs' | 'recvWindowMs'> | undefined {
  const params = new URLSearchParams(query);
  const [timestamp = '', ...otherTimestamps] = params.getAll('timestamp');
  const [recvWindow = String(recvWindowMsDefault), ...otherWindows] = params.getAll('recvWindow');
  const isOnce = otherTimestamps.length + otherWindows.length === 0;
  if (!isOnce || !/^\d{1,15}$/.test(timestamp) || !/^\d{1,5}$/.test(recvWindow)) return undefined;
  const recvWindowMs = Number(recvWindow);
  if (recvWindowMs < 1 || recvWindowMs > recvWindowMsMax) return undefined;
  return { timestampMs: Number(timestamp), recvWindowMs };
}
