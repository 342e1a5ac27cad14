import { connect, type Socket } from 'node:net';

/** What came back; the body only where it is no decision. */
export interface RawReply {
  readonly status: number;
  readonly body: string;
}

/** One HTTP/1.1 connection that is kept open, asks one request after the other, and costs the machine next to nothing. */
export interface RawConnection {
  /** Takes a whole request as bytes. Rejects when the connection is lost; then it is of no use any more. */
  ask(request: Buffer): Promise<RawReply>;
  close(): void;
}

const headEnd = '\r\n\r\n';

export async function openRawConnection(port: number): Promise<RawConnection> {
  const socket = await opened(port);
  let received: Buffer = Buffer.alloc(0);
  let waiting: PromiseWithResolvers<RawReply> | undefined;

  socket.on('data', (part: Buffer) => {
    received = received.length === 0 ? part : Buffer.concat([received, part]);
    const reply = replyIn(received);
    if (!reply) return;
    received = Buffer.alloc(0);
    waiting?.resolve(reply);
  });
  const lose = () => waiting?.reject(new Error('the connection was lost'));
  socket.on('error', lose);
  socket.on('close', lose);

  return {
    ask(request) {
      waiting = Promise.withResolvers<RawReply>();
      socket.write(request);
      return waiting.promise;
    },
    close: () => void socket.destroy(),
  };
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Undefined until it is whole. Every answer of the service has a Content-Length. */
function replyIn(received: Buffer): RawReply | undefined {
  const end = received.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error(`an answer without a length: ${head}`);
  if (received.length < end + headEnd.length + length) return undefined;
  const status = Number(head.slice(9, 12));
  return { status, body: status === 200 ? '' : received.toString('utf8', end + headEnd.length) };
}
