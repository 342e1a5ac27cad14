/** The redis-server of this machine, as a child process whose data stay in one directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createRedisConnection, type RedisAddress } from './redis-connection.ts';
import { encodeCommand } from './resp.ts';

export interface RedisServer {
  readonly address: RedisAddress;
  readonly pid: number;
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<void>;
  /** Lets Redis write what it has, and waits until it is gone. */
  stop(): Promise<void>;
}

const BINARIES = ['redis-server', 'valkey-server'];
const START_TIMEOUT_MS = 10_000;

/** The first redis-server or valkey-server in the directories of a PATH, or null. */
export function findRedisServer(path: string): string | null {
  for (const directory of path.split(delimiter)) {
    for (const binary of BINARIES) {
      const candidate = join(directory, binary);
      if (isExecutable(candidate)) return candidate;
    }
  }
  return null;
}

/**
 * Starts Redis over a unix socket with its append-only file in `dataDir`, synced before each reply: what was answered
 * survives kill -9. Synced once a second it does not: while a sync is under way Redis answers before it writes.
 * A Redis that an earlier, killed parent left on the same directory is asked to shut down first.
 * Rejects when Redis exits or does not answer within 10 s.
 */
export async function startRedisServer(options: {
  readonly binary: string;
  readonly dataDir: string;
}): Promise<RedisServer> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const path = socketPathFor(dataDir);
  await shutDownLeftover(path);
  const child = spawn(options.binary, redisArguments(path, dataDir), {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Lua's order of names follows it.
    env: { ...process.env, LC_ALL: 'C' },
  });
  const exited = exitOf(child);
  await answers(path, exited);
  if (child.pid === undefined) throw new Error('redis-server has no process id');
  return {
    address: { path },
    pid: child.pid,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const redisArguments = (path: string, dataDir: string): string[] => [
  ...['--unixsocket', path, '--unixsocketperm', '700', '--port', '0', '--dir', dataDir],
  ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'],
  ...['--loglevel', 'warning'],
];

/** The same for the same directory, so that a leftover is found; short, since a socket's path has 104 bytes. */
function socketPathFor(dataDir: string): string {
  const inside = join(dataDir, 'redis.sock');
  if (Buffer.byteLength(inside) < 100) return inside;
  return join(tmpdir(), `redis-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}.sock`);
}

async function exitOf(child: ChildProcess): Promise<void> {
  await Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => undefined);
}

async function answers(path: string, exited: Promise<void>): Promise<void> {
  const connection = createRedisConnection({
    address: { path },
    commandTimeoutMs: START_TIMEOUT_MS,
    queueMax: 1,
  });
  const gone = exited.then(() => Promise.reject(new Error('redis-server ended while it started')));
  try {
    await Promise.race([connection.execute(['PING']), gone]);
  } finally {
    await connection.close();
  }
}

/** Resolves when nobody listens there, or when the Redis that did has written its data and is gone. */
function shutDownLeftover(path: string): Promise<void> {
  return new Promise((done) => {
    const socket = connect({ path });
    socket.on('connect', () => socket.write(encodeCommand(['SHUTDOWN', 'NOSAVE'])));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => done());
    socket.resume();
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
