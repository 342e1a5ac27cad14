import type { RedisBackend, Reply } from '../../src/local/redis-backend.ts';
import { fromByteString, isError, isStatus, toByteString } from '../../src/local/redis-backend.ts';

/** The Upstash REST protocol's single command on a Redis backend, without HTTP in between. */
export const backendFetch =
  (backend: Pick<RedisBackend, 'execute'>) =>
  async (_input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const command = (JSON.parse(String(init?.body)) as unknown[]).map((arg) => toByteString(String(arg)));
    return replyResponse(await backend.execute(command));
  };

/** Only what the requester reads, so that virtual time needs no streams. */
export const textResponse = (status: number, text: string): Response =>
  ({ status, text: async () => text }) as unknown as Response;

function replyResponse(reply: Reply): Response {
  if (isError(reply)) return textResponse(400, JSON.stringify({ error: fromByteString(reply.error) }));
  return textResponse(200, JSON.stringify({ result: decoded(reply) }));
}

function decoded(reply: Reply): unknown {
  if (isStatus(reply)) return reply.status;
  if (typeof reply === 'string') return fromByteString(reply);
  return Array.isArray(reply) ? reply.map(decoded) : reply;
}
