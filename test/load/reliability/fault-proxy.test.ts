import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../../load/reliability/fault-proxy.ts';

describe('the fault proxy', () => {
  let store: Server;
  let proxy: FaultProxy;
  let callers: Socket[];

  beforeEach(async () => {
    callers = [];
    // Says everything back, in capitals.
    store = createServer((socket) => {
      socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase()));
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(store, 'listening');
    proxy = await startFaultProxy(() => (store.address() as { port: number }).port);
  });

  afterEach(async () => {
    for (const caller of callers) caller.destroy();
    await proxy.close();
    store.close();
  });

  async function connect(): Promise<Socket> {
    const caller = createConnection({ host: '127.0.0.1', port: Number(new URL(proxy.url).port) });
    callers.push(caller);
    caller.on('error', () => undefined);
    await once(caller, 'connect');
    return caller;
  }

  async function said(caller: Socket, text: string): Promise<string> {
    caller.write(text);
    const [bytes] = await once(caller, 'data');
    return String(bytes);
  }

  it('passes bytes both ways', async () => {
    expect(await said(await connect(), 'hello')).toBe('HELLO');
  });

  it('holds back what is said in a black hole, on old and new connections, and delivers it late', async () => {
    const old = await connect();
    expect(await said(old, 'first')).toBe('FIRST');
    proxy.blackHole();
    const young = await connect();
    let heard = '';
    for (const caller of [old, young]) caller.on('data', (bytes) => (heard += String(bytes)));
    old.write('a');
    young.write('b');
    // Another connection, past the proxy, has its answer; so would these, if anything had passed.
    const direct = createConnection({ host: '127.0.0.1', port: (store.address() as { port: number }).port });
    callers.push(direct);
    expect(await said(direct, 'direct')).toBe('DIRECT');
    expect(heard).toBe('');
    const both = Promise.all([once(old, 'data'), once(young, 'data')]);
    proxy.heal('late');
    await both;
    expect([...heard].sort().join('')).toBe('AB');
  });

  it('cuts the connections of an outage that is healed as lost, and serves new ones', async () => {
    const caller = await connect();
    proxy.blackHole();
    caller.write('gone');
    const closed = new Promise((resolve) => caller.once('close', resolve));
    proxy.heal('lost');
    await closed;
    expect(await said(await connect(), 'again')).toBe('AGAIN');
  });
});
