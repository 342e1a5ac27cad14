import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import type { MathDigest } from './math-digest.ts';

const COUNT = 10_000_000;
const SEED = 1;

/**
 * What the functions gave when decisions were first recorded. A change here means that old records no longer
 * replay to the same bytes.
 */
const RECORDED: MathDigest = {
  exp: '1869d03f02db153d',
  log: '81123571ad9ad7c5',
  log1p: 'e4beaa1c5fca0ec5',
  pow: 'd24707aa6f6de892',
  tanh: '9532995f1724969a',
};

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const script = fromRoot('test/runtimes/print-math-digest.ts');

async function onScriptRuntime(command: string, ...options: string[]): Promise<MathDigest> {
  const run = promisify(execFile);
  const { stdout } = await run(command, [...options, script, String(COUNT), String(SEED)]);
  return JSON.parse(stdout);
}

async function onWorkerd(): Promise<MathDigest> {
  const directory = await mkdtemp(join(tmpdir(), 'math-digest-'));
  try {
    await build({
      entryPoints: [fromRoot('test/runtimes/math-digest-worker.ts')],
      outfile: join(directory, 'worker.js'),
      bundle: true,
      format: 'esm',
    });
    await writeFile(join(directory, 'config.capnp'), workerdConfig);
    const workerd = spawn(
      fromRoot('node_modules/.bin/workerd'),
      ['serve', 'config.capnp', '--control-fd=3'],
      { cwd: directory, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] },
    );
    try {
      const port = await listeningPort(workerd);
      const answer = await fetch(`http://127.0.0.1:${port}/?count=${COUNT}&seed=${SEED}`);
      return (await answer.json()) as MathDigest;
    } finally {
      const closed = once(workerd, 'close');
      workerd.kill('SIGKILL');
      await closed;
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

const workerdConfig = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")],
    compatibilityDate = "2026-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** workerd picks a free port and says so on its control descriptor. */
async function listeningPort(workerd: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: workerd.stdio[3] as Readable })) {
    const message = JSON.parse(line);
    if (message.event === 'listen') return message.port;
  }
  throw new Error('workerd ended before it listened');
}

it('gives the same bits for 10⁷ arguments per function on Node, Deno, Bun and workerd', {
  timeout: 180_000,
}, async () => {
  const [node, deno] = await Promise.all([
    onScriptRuntime(process.execPath),
    onScriptRuntime(fromRoot('toolsets/deno/node_modules/.bin/deno'), 'run', '--allow-all', '--no-check'),
  ]);
  const [bun, workerd] = await Promise.all([
    onScriptRuntime(fromRoot('toolsets/bun/node_modules/.bin/bun')),
    onWorkerd(),
  ]);
  expect({ node, deno, bun, workerd }).toEqual({
    node: RECORDED,
    deno: RECORDED,
    bun: RECORDED,
    workerd: RECORDED,
  });
});
