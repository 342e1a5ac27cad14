import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pinning } from '../pinning.ts';
import type { Server } from './server.ts';

/** Servers of one suite, pinned to the core that is measured. They are all up for the whole run, and idle but for the one that is sampled. */
export class MeasuredServers {
  /** A directory of the suite's own, removed with the servers. */
  readonly workDir = mkdtempSync(join(tmpdir(), 'ultrathink-bench-'));
  readonly #pinning: Pinning;
  readonly #servers = new Map<string, Server>();

  constructor(pinning: Pinning) {
    this.#pinning = pinning;
  }

  /** Starts the server of a name once. */
  async start(name: string, startOne: () => Promise<Server>): Promise<void> {
    if (this.#servers.has(name)) return;
    const server = await startOne();
    this.#servers.set(name, server);
    this.#pinning.pinMeasured(server.pid);
  }

  /** Throws on a name that was not started. */
  get(name: string): Server {
    const server = this.#servers.get(name);
    if (!server) throw new Error('its server is not up');
    return server;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
    this.#servers.clear();
    rmSync(this.workDir, { recursive: true, force: true });
  }
}
