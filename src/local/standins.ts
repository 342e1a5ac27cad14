/**
 * `npm run standins`: both stand-ins, each a process of its own, with their addresses and tokens for any program that
 * speaks to Upstash or to Turso. Ctrl-C stops them; when one ends by itself the other is stopped too.
 *
 *   node src/local/standins.ts [--data DIR] [--redis-port N] [--libsql-port N] [--token T] [--embedded]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitWith } from './standin-process.ts';

await main().catch(exitWith);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.local' },
      'redis-port': { type: 'string', default: '8079' },
      'libsql-port': { type: 'string', default: '8080' },
      token: { type: 'string', default: 'local' },
      embedded: { type: 'boolean', default: false },
    },
  });
  const shared = ['--data', values.data, '--token', values.token];
  const embedded = values.embedded ? ['--embedded'] : [];
  const children = [
    start('standin-redis.ts', [...shared, '--port', values['redis-port'], ...embedded]),
    start('standin-libsql.ts', [...shared, '--port', values['libsql-port']]),
  ];
  stopTogether(children);
  const [redis, libsql] = await Promise.all(children.map(ready));
  console.log(`UPSTASH_REDIS_REST_URL=${redis?.['url']}`);
  console.log(`UPSTASH_REDIS_REST_TOKEN=${redis?.['token']}`);
  console.log(`TURSO_DATABASE_URL=${libsql?.['url']}`);
  console.log(`TURSO_AUTH_TOKEN=${libsql?.['token']}`);
  console.log(
    redis?.['backend'] === 'embedded'
      ? '# No redis-server: an embedded store serves; it keeps its data only over an orderly stop.'
      : `# redis-server ${redis?.['redisPid']} serves.`,
  );
  console.log('# Ctrl-C stops both.');
}

/** Its stdin is ours to close: a child whose parent was killed stops by itself. */
function start(file: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, [path, ...args, '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
}

async function ready(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  if (child.stdout === null) throw new Error('the stand-in has no stdout');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(String(line));
}

/** Ends with the children, with 0 when it was asked to. */
function stopTogether(children: readonly ChildProcess[]): void {
  let isAsked = false;
  const stop = (): void => {
    for (const child of children) child.kill('SIGTERM');
  };
  const ask = (): void => {
    isAsked = true;
    stop();
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  const gone = children.map(async (child) => {
    await once(child, 'exit');
    stop();
  });
  void Promise.all(gone).then(() => process.exit(isAsked ? 0 : 1));
}
