import { env, waitUntil } from 'cloudflare:workers';
import bundles from 'virtual:bundles';
import { compose } from '../src/compose.ts';
import sha256Module from '../src/core/sha256.wasm';
import kernelModule from '../src/inference/kernel/kernel.wasm';
import { createR2ModelStore } from '../src/store/r2-model-store.ts';
import { clock, random, report, timers } from './web-platform.ts';

// At module scope, so that no promise of the engine's start is shared between requests.
const service = await compose({
  name: 'workerd',
  fetch: (input, init) => fetch(input, init),
  clock,
  timers,
  random,
  report,
  env,
  bundles,
  kernelModule,
  sha256Module,
  ortWasmPaths: { mjs: './ort-glue.mjs' },
  ...(env.MODELS_BUCKET ? { modelStore: createR2ModelStore(env.MODELS_BUCKET) } : {}),
});

export default {
  fetch: (request: Request): Promise<Response> =>
    service.fetch(request, {
      waitUntil,
      clientAddress: request.headers.get('cf-connecting-ip') ?? 'unknown',
    }),
  scheduled: (event: { readonly cron: string }): Promise<void> => service.scheduled(event.cron),
};
