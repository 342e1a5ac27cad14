import type { Clock } from '../core/clock.ts';
import { hmacSha256Hex } from '../core/digest.ts';
import { signedPayload } from '../http/signing/signed-payload.ts';
import type { SignRequest } from './client.ts';

interface SignRequestsOptions {
  readonly keyId: string;
  /** As it stood in the answer that made or rotated the key. */
  readonly signingSecret: string;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** For how long after its timestamp a request is good, 1 to 60,000. */
  readonly recvWindowMs: number;
}

/** Signs requests in place of sending a key's secret with them. */
export function signRequests(options: SignRequestsOptions): SignRequest {
  const { keyId, signingSecret, clock, recvWindowMs } = options;
  return ({ method, path: target, body }) => {
    const [path = '', asked] = target.split('?');
    const times = `timestamp=${clock.nowMs()}&recvWindow=${recvWindowMs}`;
    const query = asked === undefined ? times : `${asked}&${times}`;
    const signature = hmacSha256Hex(signingSecret, signedPayload({ method, path, query, body: body ?? '' }));
    return {
      path: `${path}?${query}&signature=${signature}`,
      authorization: `HMAC-SHA256 ${keyId}`,
    };
  };
}
