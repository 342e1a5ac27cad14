import { fromByteString, isError, isStatus, type Reply, toByteString } from '../redis-backend.ts';

/** The command in the body of a call to the Upstash REST API (one command, no pipeline). */
export const restCommand = (body: string): string[] =>
  (JSON.parse(body) as unknown[]).map((arg) => toByteString(String(arg)));

/** What the API answers a command. */
export function restReply(reply: Reply): { readonly status: number; readonly text: string } {
  return isError(reply)
    ? { status: 400, text: JSON.stringify({ error: fromByteString(reply.error) }) }
    : { status: 200, text: JSON.stringify({ result: decoded(reply) }) };
}

function decoded(reply: Reply): unknown {
  if (isStatus(reply)) return reply.status;
  if (typeof reply === 'string') return fromByteString(reply);
  return Array.isArray(reply) ? reply.map(decoded) : reply;
}
