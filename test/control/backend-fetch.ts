import type { RedisBackend } from '../../src/local/redis-backend.ts';
import { restCommand, restReply } from '../../src/local/simulator/upstash-rest.ts';
import { textResponse } from './text-response.ts';

/** The Upstash REST protocol's single command on a Redis backend, without HTTP in between. */
export const backendFetch =
  (backend: Pick<RedisBackend, 'execute'>) =>
  async (_input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { status, text } = restReply(await backend.execute(restCommand(String(init?.body))));
    return textResponse(status, text);
  };
