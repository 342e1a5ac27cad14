/**
 * The stand-in for Turso as a process of its own:
 *
 *   node src/local/standin-libsql.ts --data DIR [--port N] [--token T]
 *
 * The database is the file DIR/libsql/data.db. It listens on loopback only. The ready line has `url`, `token` and
 * `file`. Killed at any moment it loses nothing that it acknowledged.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createHranaServer } from './hrana-server.ts';
import { exitWith, runUntilStopped } from './standin-process.ts';

const SWEEP_INTERVAL_MS = 250;

await main().catch(exitWith);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      token: { type: 'string', default: 'local' },
    },
  });
  if (values.data === undefined) throw new Error('--data DIR is missing');
  const dataDir = join(values.data, 'libsql');
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'data.db');
  const clock = { nowMs: () => performance.now() };
  const server = createHranaServer({ file, token: values.token, clock });
  const { url } = await server.listen(Number(values.port), '127.0.0.1');
  const sweeping = setInterval(() => server.sweep(), SWEEP_INTERVAL_MS);
  runUntilStopped({
    ready: { url, token: values.token, file },
    stop: async () => {
      clearInterval(sweeping);
      await server.close();
    },
  });
}
