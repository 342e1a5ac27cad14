/**
 * Hrana over HTTP in front of a libSQL file, so that @libsql/client/web and drizzle-orm run unchanged with no account.
 * For local work and tests only.
 *
 * How it differs from Turso and libSQL's server:
 * - One file on one machine: no replicas, so no read is stale; no backups, no branches, no namespaces.
 * - JSON only, `v2/pipeline` and `v3/pipeline`: no protobuf, no cursors, no WebSocket. `replication_index` and
 *   the row counters (`rows_read`, `rows_written`) are absent.
 * - A text that is read back ends at its first U+0000: the driver cuts it (what is stored is whole).
 * - One static bearer token with all rights instead of JWTs with claims.
 * - Statements run one after the other on one thread: a slow one delays all. A transaction that waits for its turn
 *   to write for `transactionTimeoutMs` fails with TRANSACTION_BUSY, and one that keeps others waiting is
 *   rolled back after the same time, whether or not anybody waits.
 */
import { pipelineBody } from './hrana-protocol.ts';
import { HranaSessions } from './hrana-sessions.ts';
import { ProtocolError } from './hrana-stream.ts';
import { createJsonService, isAuthorized, type JsonService, type ServiceResponse } from './json-service.ts';

export interface HranaServerOptions {
  readonly file: string;
  readonly token: string;
  /** Milliseconds that never step back. */
  readonly clock: { nowMs(): number };
  /** After this long without a request an open stream is rolled back and forgotten; 10 s, as libSQL's. */
  readonly streamExpiryMs?: number;
  /** How long a transaction may be open to write, and how long one may wait for its turn; 5 s, as libSQL's. */
  readonly transactionTimeoutMs?: number;
}

export interface HranaServer extends JsonService {
  /** Applies both time-outs; to be called a few times a second. */
  sweep(): void;
}

export function createHranaServer({
  file,
  token,
  clock,
  streamExpiryMs = 10_000,
  transactionTimeoutMs = 5_000,
}: HranaServerOptions): HranaServer {
  const sessions = new HranaSessions({ file, clock, streamExpiryMs, transactionTimeoutMs });
  const service = createJsonService(async ({ method, path, headers, body }) => {
    if (path === '/health') return { status: 200, body: '{}' };
    if (!isAuthorized(headers, token)) return { status: 401, body: '{"error":"Unauthorized"}' };
    if (method === 'GET' && /^\/v[23]$/.test(path)) return { status: 200, body: '{}' };
    if (method === 'POST' && /^\/v[23]\/pipeline$/.test(path)) return pipeline(sessions, body);
    return { status: 404, body: '{"error":"Not found"}' };
  });
  return {
    listen: service.listen,
    close: async () => {
      await service.close();
      sessions.close();
    },
    sweep: () => sessions.sweep(),
  };
}

async function pipeline(sessions: HranaSessions, body: string): Promise<ServiceResponse> {
  const parsed = pipelineBody.safeParse(parseJson(body));
  if (!parsed.success)
    return refusal('PROTOCOL_ERROR', `the body is not a pipeline: ${parsed.error.message}`);
  try {
    const answer = await sessions.answer(parsed.data.baton ?? null, parsed.data.requests);
    if (answer === null) return refusal('STREAM_EXPIRED', 'The stream has expired due to inactivity');
    return { status: 200, body: JSON.stringify({ ...answer, base_url: null }) };
  } catch (error) {
    if (error instanceof ProtocolError) return refusal('PROTOCOL_ERROR', error.message);
    throw error;
  }
}

const refusal = (code: string, message: string): ServiceResponse => ({
  status: 400,
  body: JSON.stringify({ message, code }),
});

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
