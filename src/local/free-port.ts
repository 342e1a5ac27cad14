import { once } from 'node:events';
import { createServer } from 'node:net';

/** A loopback port that nobody listens on now: `wanted`, or any for 0. Rejects with EADDRINUSE where it is taken. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the port has no number');
  return address.port;
}
