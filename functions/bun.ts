import { compose } from '../src/compose.ts';
// Here it comes from disk: what stops trading has to be in memory before the disk is needed, or changed by a later deployment.
import '../src/compose/on-demand.ts';
import type { ServerSocket, SocketEvents } from '../src/runtime.ts';
import { bunDigests } from './bun-digests.ts';
import { bunTimers } from './bun-timers.ts';
import { CallScope } from './call-scope.ts';
import { copiedHeaders } from './copied-headers.ts';
import { pendingWork } from './pending-work.ts';
import { processLoad } from './process-load.ts';
import { sleeplessClock } from './sleepless-clock.ts';
import { random, report, clock as wakingClock } from './web-platform.ts';

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
const clock = sleeplessClock(wakingClock);
const service = await compose({
  name: 'bun',
  fetch: (input, init) => fetch(input, init),
  clock,
  timers: bunTimers,
  random,
  report,
  env: Bun.env,
  buildHash: Bun.env['BUILD_HASH'] ?? null,
  bundles,
  processLoad,
  upgrade,
  respond: copiedHeaders(),
  kernelModule: await moduleAt('inference/kernel/kernel.wasm'),
  sha256Module: await moduleAt('core/sha256.wasm'),
  ed25519Module: await moduleAt('core/ed25519.wasm'),
  nativeDigests: bunDigests,
});
if (service.faults.length > 0) process.exit(1);

/** Stand-ins for the answers of upgraded requests, which Bun gives by itself. */
const upgraded = new WeakSet<Response>();

function upgrade(request: Request, accept: (socket: ServerSocket) => SocketEvents): Response {
  if (!server.upgrade(request, { data: { accept } })) return new Response(null, { status: 400 });
  const response = new Response(null);
  upgraded.add(response);
  return response;
}

const decidingPath = /\/v1\/decisions(\/batch)?$/;

const server = Bun.serve<SocketData>({
  hostname: Bun.env['HOST'] ?? '127.0.0.1',
  port: Number(Bun.env['PORT'] ?? 8787),
  fetch(request, socket) {
    const askAddress = () => socket.requestIP(request)?.address ?? 'unknown';
    // Bun takes 12 µs to tell, and no longer knows once the client is gone: asked at once but for decisions, of which only a failed
    // login wants it, and counts as of one address with all others that nobody waited for.
    if (decidingPath.test(request.url)) return service.fetch(request, new CallScope(work.add, askAddress));
    return answerOrUpgrade(request, askAddress());
  },
  websocket: {
    open(socket) {
      socket.data.events = socket.data.accept({
        send: (text) => void socket.send(text),
        close: (code, reason) => socket.close(code, reason),
        bufferedBytes: () => socket.getBufferedAmount(),
      });
    },
    message(socket, data) {
      if (typeof data === 'string') socket.data.events?.onText(data);
      else socket.close(1003, 'text frames alone');
    },
    close: (socket) => socket.data.events?.onClose(),
  },
});

async function answerOrUpgrade(request: Request, address: string): Promise<Response | undefined> {
  const response = await service.fetch(request, new CallScope(work.add, () => address));
  return upgraded.has(response) ? undefined : response;
}

interface SocketData {
  readonly accept: (socket: ServerSocket) => SocketEvents;
  events?: SocketEvents;
}

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
