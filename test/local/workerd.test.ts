import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWorker, type WorkerModule } from '../../src/local/build-worker.ts';
import { TICKER_TOKEN, workerdConfig } from '../../src/local/workerd-config.ts';
import { startWorkerd, type WorkerdProcess } from '../../src/local/workerd-process.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';

const dir = mkdtempSync(join(tmpdir(), 'ultrathink-workerd-'));
const outDir = join(dir, 'worker');
let modules: readonly WorkerModule[];
let workerd: WorkerdProcess;
let ports: ReadonlyMap<string, number>;

const url = (socket: string, path: string) => `http://127.0.0.1:${ports.get(socket)}${path}`;
const service = async (path = '/') => (await fetch(url('http', path))).json();
const tick = (cron: string, token = 'secret') =>
  fetch(url('ticker', `/scheduled?cron=${cron}`), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });

function writeBundle(name: string, purpose: string): void {
  const graph = new GraphBuilder(name);
  graph.floatOutput(graph.node('Sigmoid', 'y', [graph.floatInput('x', [1, 3])]), [1, 3]);
  mkdirSync(join(dir, 'bundles', name), { recursive: true });
  writeFileSync(join(dir, 'bundles', name, 'manifest.json'), JSON.stringify({ name, purpose }));
  writeFileSync(join(dir, 'bundles', name, 'model.onnx'), encodeModel(graph.build()));
}

const build = (bundles: 'production' | 'local', engines: 'kernel' | 'all' = 'all') =>
  buildWorker({
    entry: join(import.meta.dirname, '../workerd/fixtures/ort-worker.ts'),
    outDir,
    bundlesDir: join(dir, 'bundles'),
    bundles,
    engines,
  });

beforeAll(async () => {
  writeBundle('tiny', 'test');
  modules = await build('local');
  workerd = await startWorkerd({
    config: workerdConfig({ modules, address: '127.0.0.1:0', environment: ['ENVIRONMENT'] }),
    configPath: join(dir, 'workerd.capnp'),
    moduleDir: outDir,
    environment: { ENVIRONMENT: 'local', [TICKER_TOKEN]: 'secret' },
  });
  ports = await workerd.ports;
});

afterAll(async () => {
  await workerd?.child.stop(1_000);
  rmSync(dir, { recursive: true });
});

describe('the built Worker on raw workerd', () => {
  it('runs a bundled model through the precompiled WebAssembly', async () => {
    const { scores } = await service();
    expect(scores).toEqual([0, 1, 2].map((x) => expect.closeTo(1 / (1 + Math.exp(-x)), 6)));
  });

  it('gets its environment as bindings and none of Node', async () => {
    expect(await service()).toMatchObject({ environment: 'local', hasProcess: false });
  });

  it('reaches a stand-in on loopback', async () => {
    const standin = createServer((_, response) => response.end('{"reached":true}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => standin.once('listening', resolve));
    const { port } = standin.address() as AddressInfo;
    expect(await service(`/?fetch=http://127.0.0.1:${port}/`)).toEqual({ reached: true });
    standin.close();
  });

  it('fires the scheduled handler for the ticker, in the isolate that serves', async () => {
    expect((await tick('drain')).status).toBe(204);
    expect((await service()).fired).toEqual(['drain']);
  });

  it('tells the ticker of a scheduled handler that failed', async () => {
    expect((await tick('fail')).status).toBe(500);
  });

  it('refuses a ticker call without its token', async () => {
    expect((await tick('drain', 'guess')).status).toBe(401);
  });
});

describe('the build', () => {
  it('ships only production bundles where it is asked to, and removes what it shipped before', async () => {
    const names = (await build('production')).map(({ name }) => name);
    expect(names).toEqual([
      'index.js',
      'kernel.wasm',
      'sha256.wasm',
      'ed25519.wasm',
      'ort-glue.mjs',
      'ort-wasm-simd-threaded.wasm',
    ]);
  });

  it('is without onnxruntime-web where only the kernel is wanted', async () => {
    const names = (await build('production', 'kernel')).map(({ name }) => name);
    expect(names).toEqual(['index.js', 'kernel.wasm', 'sha256.wasm', 'ed25519.wasm']);
  });
});
