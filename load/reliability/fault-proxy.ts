import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** A network between one caller and one store, on loopback, which can fail as networks do. */
export interface FaultProxy {
  /** `http://127.0.0.1:PORT`, in the place of the store's own address. */
  readonly url: string;
  /** From now on nothing passes either way and nobody is told: connections stay open, also new ones. */
  blackHole(): void;
  /**
   * All passes again. `late`: what was held back is delivered now, as a network does that was only slow;
   * `lost`: the connections of the outage are cut, and what they carried is gone.
   */
  heal(how: 'late' | 'lost'): void;
  close(): Promise<void>;
}

interface Link {
  readonly caller: Socket;
  readonly store: Socket;
}

/** Listens on a free port of loopback for connections to `127.0.0.1:portOf()`, asked anew for each connection. */
export async function startFaultProxy(portOf: () => number): Promise<FaultProxy> {
  const links = new Set<Link>();
  let isBlackHole = false;

  const server = createServer({ pauseOnConnect: true }, (caller) => {
    const store = createConnection({ host: '127.0.0.1', port: portOf() });
    const link = { caller, store };
    links.add(link);
    for (const [from, to] of [
      [caller, store],
      [store, caller],
    ] as const) {
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => {
        if (!isBlackHole) from.resume();
      });
      from.on('end', () => to.end());
      from.on('close', () => {
        to.destroy();
        links.delete(link);
      });
    }
    if (isBlackHole) hold(link);
    else pass(link);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    blackHole() {
      isBlackHole = true;
      for (const link of links) hold(link);
    },
    heal(how) {
      isBlackHole = false;
      for (const link of [...links]) {
        if (how === 'late') pass(link);
        else link.caller.destroy();
      }
    },
    async close() {
      server.close();
      for (const { caller } of links) caller.destroy();
      await once(server, 'close');
    },
  };
}

function hold({ caller, store }: Link): void {
  caller.pause();
  store.pause();
}

function pass({ caller, store }: Link): void {
  caller.resume();
  store.resume();
}
