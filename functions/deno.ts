import { compose } from '../src/compose.ts';
// Here it comes from disk: what stops trading has to be in memory before the disk is needed, or changed by a later deployment.
import '../src/compose/on-demand.ts';
import type { ServerSocket, SocketEvents } from '../src/runtime.ts';
import { appendHeaders } from './append-headers.ts';
import { CallScope } from './call-scope.ts';
import { denoDigests } from './deno-digests.ts';
import { pendingWork } from './pending-work.ts';
import { processLoad } from './process-load.ts';
import { sharedAlarms } from './shared-alarms.ts';
import { sleeplessClock } from './sleepless-clock.ts';
import { random, report, timers, clock as wakingClock } from './web-platform.ts';

const root = Deno.env.get('BUNDLES_DIR') ?? `${import.meta.dirname}/../bundles`;
const names = Array.from(Deno.readDirSync(root), ({ name }) => name);
const bundles = Object.fromEntries(
  names
    .map((name) => ({ name, manifest: textOrNull(`${root}/${name}/manifest.json`) }))
    .flatMap(({ name, manifest }) =>
      manifest === null ? [] : [[name, bundleAt(`${root}/${name}`, manifest)]],
    ),
);

function bundleAt(path: string, manifest: string) {
  const signature = textOrNull(`${path}/signature.json`);
  return { manifest, signature, model: Deno.readFileSync(`${path}/model.onnx`) };
}

function textOrNull(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (failure) {
    if (failure instanceof Deno.errors.NotFound || failure instanceof Deno.errors.NotADirectory) return null;
    throw failure;
  }
}

function moduleAt(path: string): WebAssembly.Module {
  return new WebAssembly.Module(Deno.readFileSync(`${import.meta.dirname}/../src/${path}`));
}

const work = pendingWork(report);
const clock = sleeplessClock(wakingClock);
const service = await compose({
  name: 'deno',
  fetch: (input, init) => fetch(input, init),
  clock,
  timers: { ...timers, ...sharedAlarms({ own: timers, clock, waitUntil: () => undefined }) },
  random,
  report,
  env: Deno.env.toObject(),
  buildHash: Deno.env.get('BUILD_HASH') ?? null,
  bundles,
  processLoad,
  upgrade,
  respond: appendHeaders,
  kernelModule: moduleAt('inference/kernel/kernel.wasm'),
  sha256Module: moduleAt('core/sha256.wasm'),
  ed25519Module: moduleAt('core/ed25519.wasm'),
  nativeDigests: denoDigests,
});
if (service.faults.length > 0) Deno.exit(1);

const server = Deno.serve(
  {
    hostname: Deno.env.get('HOST') ?? '127.0.0.1',
    port: Number(Deno.env.get('PORT') ?? 8787),
    onListen: () => undefined,
  },
  (request, info) => service.fetch(request, new CallScope(work.add, () => info.remoteAddr.hostname)),
);

function upgrade(request: Request, accept: (socket: ServerSocket) => SocketEvents): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  let events: SocketEvents | undefined;
  socket.addEventListener('open', () => {
    events = accept({
      send: (text) => void (socket.readyState === WebSocket.OPEN && socket.send(text)),
      close: (code, reason) => socket.close(code, reason),
      bufferedBytes: () => socket.bufferedAmount,
    });
  });
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') events?.onText(data);
    else socket.close(1003, 'text frames alone');
  });
  socket.addEventListener('close', () => events?.onClose());
  return response;
}

/** The minute's tick, which Workers get from their cron: it flushes what is still held when nobody asks. */
const ticking = setInterval(() => work.add(service.scheduled('* * * * *')), 60_000);

async function stop(): Promise<void> {
  clearInterval(ticking);
  await service.scheduled('drain');
  await work.settled();
  await server.shutdown();
  Deno.exit(0);
}
Deno.addSignalListener('SIGTERM', stop);
Deno.addSignalListener('SIGINT', stop);
