import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A network to libSQL on which the decision log's statements are lost, and answered as if they were not. */
interface NullSink {
  /** Its own address, from where all but the log's statements go on to this one. */
  inFrontOf(databaseUrl: string): string;
  close(): Promise<void>;
}

const logStatement = Buffer.from('INSERT INTO decisions (');

/** Hrana's answer to a pipeline of one statement and the end of its stream. */
const written = JSON.stringify({
  baton: null,
  base_url: null,
  results: [
    {
      type: 'ok',
      response: {
        type: 'execute',
        result: {
          cols: [],
          rows: [],
          affected_row_count: 1,
          last_insert_rowid: null,
          replication_index: null,
        },
      },
    },
    { type: 'ok', response: { type: 'close' } },
  ],
});

export async function startNullSink(): Promise<NullSink> {
  let target = '';
  const server = createServer((request, response) => {
    void pass(request, response, () => target).catch((failure: Error) => response.destroy(failure));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    inFrontOf(databaseUrl) {
      target = databaseUrl;
      return `http://127.0.0.1:${port}`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  targetOf: () => string,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (body.includes(logStatement)) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(written);
    return;
  }
  const { authorization = '', 'content-type': contentType = '' } = request.headers;
  const answer = await fetch(new URL(request.url ?? '/', targetOf()), {
    method: request.method ?? 'POST',
    headers: { authorization, 'content-type': contentType },
    ...(body.length > 0 ? { body } : {}),
  });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
