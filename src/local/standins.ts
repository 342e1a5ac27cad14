/**
 * `npm run standins`: both stand-ins, each a process of its own, with their addresses and tokens for any program that
 * speaks to Upstash or to Turso. Ctrl-C stops them; when one ends by itself the other is stopped too.
 *
 *   npm run standins [-- --data DIR --redis-port N --libsql-port N --token T]
 */
import { parseArgs } from 'node:util';
import type { Child } from './child.ts';
import { startReaper } from './reaper.ts';
import { startStandin } from './standin.ts';
import { exitWith } from './standin-process.ts';

const STOP_GRACE_MS = 10_000;

await main().catch(exitWith);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.local' },
      'redis-port': { type: 'string', default: '8079' },
      'libsql-port': { type: 'string', default: '8080' },
      token: { type: 'string', default: 'local' },
    },
  });
  const shared = { dataDir: values.data, token: values.token };
  const [redis, libsql] = await Promise.all([
    startStandin({ ...shared, name: 'redis', port: Number(values['redis-port']) }),
    startStandin({ ...shared, name: 'libsql', port: Number(values['libsql-port']) }),
  ]);
  stopTogether([redis.child, libsql.child]);
  const [upstash, turso] = await Promise.all([redis.ready, libsql.ready]);
  console.log(`UPSTASH_REDIS_REST_URL=${upstash.url}`);
  console.log(`UPSTASH_REDIS_REST_TOKEN=${values.token}`);
  console.log(`TURSO_DATABASE_URL=${turso.url}`);
  console.log(`TURSO_AUTH_TOKEN=${values.token}`);
  console.log(
    upstash.kind === 'embedded'
      ? '# No redis-server was found: an embedded store serves, which keeps its data only over an orderly stop.'
      : `# ${upstash.kind} serves behind the first address. Ctrl-C stops all.`,
  );
}

/** Ends with the children, with 0 when it was asked to; killed, it leaves none behind. */
function stopTogether(children: readonly Child[]): void {
  const reaper = startReaper([]);
  reaper.watch(children.map((child) => child.pid));
  let isStopping = false;
  const stop = (exitCode: number): void => {
    if (isStopping) return;
    isStopping = true;
    void Promise.all(children.map((child) => child.stop(STOP_GRACE_MS))).then(() => {
      reaper.dismiss();
      process.exit(exitCode);
    });
  };
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  void Promise.race(children.map((child) => child.ended)).then(() => stop(1));
}
