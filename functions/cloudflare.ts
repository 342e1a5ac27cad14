import { env, waitUntil } from 'cloudflare:workers';
import bundles from 'virtual:bundles';
import { compose } from '../src/compose.ts';
import ed25519Module from '../src/core/ed25519.wasm';
import sha256Module from '../src/core/sha256.wasm';
import kernelModule from '../src/inference/kernel/kernel.wasm';
import type { ServerSocket, SocketEvents } from '../src/runtime.ts';
import { createR2ModelStore } from '../src/store/r2-model-store.ts';
import { CallScope } from './call-scope.ts';
import { copiedHeaders } from './copied-headers.ts';
import { sharedAlarms } from './shared-alarms.ts';
import { shieldOf } from './shield-of.ts';
import { clock, random, report, timers } from './web-platform.ts';

// At module scope, so that no promise of the engine's start is shared between requests.
const service = await compose({
  // Of a paid plan; a WebSocket is one request.
  callsMax: 10_000,
  name: 'workerd',
  fetch: (input, init) => fetch(input, init),
  clock,
  timers: { ...timers, ...sharedAlarms({ own: timers, clock, waitUntil }) },
  random,
  report,
  env,
  buildHash: BUILD_HASH,
  bundles,
  kernelModule,
  sha256Module,
  ed25519Module,
  processLoad: null,
  ortWasmPaths: { mjs: './ort-glue.mjs' },
  ...(env.MODELS_BUCKET ? { modelStore: createR2ModelStore(env.MODELS_BUCKET) } : {}),
  ...(env.SHIELD ? { shield: shieldOf(env.SHIELD) } : {}),
  upgrade,
  respond: copiedHeaders(),
});

/** The socket keeps the context of the request that opened it alive: its timers and its I/O. */
function upgrade(_request: Request, accept: (socket: ServerSocket) => SocketEvents): Response {
  const { 0: theirs, 1: ours } = new WebSocketPair();
  ours.accept();
  const events = accept({
    send: (text) => void (isOpen(ours) && ours.send(text)),
    close: (code, reason) => void (isOpen(ours) && ours.close(code, reason)),
    bufferedBytes: () => null,
  });
  ours.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') events.onText(data);
    else ours.close(1003, 'text frames alone');
  });
  ours.addEventListener('close', () => events.onClose());
  ours.addEventListener('error', () => events.onClose());
  return new Response(null, { status: 101, webSocket: theirs });
}

const isOpen = ({ readyState }: WebSocket): boolean => readyState === 1;

export default {
  fetch: (request: Request): Promise<Response> =>
    service.fetch(
      request,
      new CallScope(waitUntil, () => request.headers.get('cf-connecting-ip') ?? 'unknown'),
    ),
  scheduled: (event: { readonly cron: string }): Promise<void> => service.scheduled(event.cron),
};
