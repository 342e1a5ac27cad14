import { compose } from '../src/compose.ts';
import { pendingWork } from './pending-work.ts';
import { clock, random, report, timers } from './web-platform.ts';

const root = Bun.env['BUNDLES_DIR'] ?? `${import.meta.dir}/../bundles`;
const names = Array.from(
  new Bun.Glob('*/manifest.json').scanSync(root),
  (path) => path.split('/')[0] ?? path,
);
const bundles = Object.fromEntries(
  await Promise.all(
    names.map(async (name) => [
      name,
      {
        manifest: await Bun.file(`${root}/${name}/manifest.json`).text(),
        signature: await textOrNull(`${root}/${name}/signature.json`),
        model: new Uint8Array(await Bun.file(`${root}/${name}/model.onnx`).arrayBuffer()),
      },
    ]),
  ),
);

async function textOrNull(path: string): Promise<string | null> {
  const file = Bun.file(path);
  return (await file.exists()) ? file.text() : null;
}

async function moduleAt(path: string): Promise<WebAssembly.Module> {
  return new WebAssembly.Module(await Bun.file(`${import.meta.dir}/../src/${path}`).arrayBuffer());
}

const work = pendingWork(report);
const service = await compose({
  name: 'bun',
  fetch: (input, init) => fetch(input, init),
  clock,
  timers,
  random,
  report,
  env: Bun.env,
  bundles,
  kernelModule: await moduleAt('inference/kernel/kernel.wasm'),
  sha256Module: await moduleAt('core/sha256.wasm'),
});
if (service.faults.length > 0) process.exit(1);

const server = Bun.serve({
  hostname: Bun.env['HOST'] ?? '127.0.0.1',
  port: Number(Bun.env['PORT'] ?? 8787),
  fetch: (request, socket) =>
    service.fetch(request, {
      waitUntil: work.add,
      clientAddress: socket.requestIP(request)?.address ?? 'unknown',
    }),
});

/** The minute's tick, which Workers get from their cron: it flushes what is still held when nobody asks. */
const ticking = setInterval(() => work.add(service.scheduled('* * * * *')), 60_000);

async function stop(): Promise<void> {
  clearInterval(ticking);
  await service.scheduled('drain');
  await work.settled();
  await server.stop();
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
