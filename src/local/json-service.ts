/** A loopback HTTP service that answers JSON: what both stand-ins share. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServiceRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

export interface JsonService {
  /** Port 0 takes a free one. Rejects when the port is taken. */
  listen(port: number, host: string): Promise<{ readonly url: string; readonly port: number }>;
  /** Takes no new requests, lets those in progress end, and frees the port. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 10 * 1024 * 1024;

/** Clients keep their connections: closing an idle one under them costs them a failed request. */
const KEEP_ALIVE_MS = 600_000;

export function createJsonService(
  answer: (request: ServiceRequest) => Promise<ServiceResponse>,
): JsonService {
  let isClosing = false;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    if (isClosing) outgoing.setHeader('connection', 'close');
    void serve(answer, incoming, outgoing);
  });
  server.on('request', (_incoming, outgoing) =>
    outgoing.on('finish', () => isClosing && server.closeIdleConnections()),
  );
  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const taken = (server.address() as AddressInfo).port;
          resolve({ url: `http://${host}:${taken}`, port: taken });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** Whether `Authorization` bears the token, in a time that tells nothing about it. */
export function isAuthorized(headers: IncomingHttpHeaders, token: string): boolean {
  const [scheme, given] = (headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && timingSafeEqual(digest(given ?? ''), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function serve(
  answer: (request: ServiceRequest) => Promise<ServiceResponse>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming).catch(() => null);
  if (body === null) {
    incoming.destroy();
    return;
  }
  if (body === TOO_LARGE) {
    respond(outgoing, { status: 413, body: '{"error":"the body is too large"}' });
    return;
  }
  const [path = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const response = await answer({
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: incoming.headers,
    body,
  }).catch((error: unknown) => {
    console.error(error);
    return { status: 500, body: '{"error":"internal error of the stand-in"}' };
  });
  respond(outgoing, response);
}

function respond(outgoing: ServerResponse, { status, headers, body }: ServiceResponse): void {
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  outgoing.end(body);
}

const TOO_LARGE = Symbol('too large');

async function readBody(incoming: IncomingMessage): Promise<string | typeof TOO_LARGE> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  return size > BODY_BYTES_MAX ? TOO_LARGE : Buffer.concat(chunks).toString('utf8');
}
