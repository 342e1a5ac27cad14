/** The service as it is deployed, started by its first request, since clocks stand still before: it says where the time went. */

import { env, waitUntil } from 'cloudflare:workers';
import bundles from 'virtual:bundles';
import { copiedHeaders } from '../../../functions/copied-headers.ts';
import { clock, random, report, timers } from '../../../functions/web-platform.ts';
import ed25519Module from '../../../src/core/ed25519.wasm';
import sha256Module from '../../../src/core/sha256.wasm';
import kernelModule from '../../../src/inference/kernel/kernel.wasm';

let inFlight = 0;
let waitingSinceMs = 0;
let networkMs = 0;

/** Counts the time in which at least one answer of a store is waited for. */
async function timedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  if (inFlight === 0) waitingSinceMs = performance.now();
  inFlight += 1;
  try {
    return await fetch(input, init);
  } finally {
    inFlight -= 1;
    if (inFlight === 0) networkMs += performance.now() - waitingSinceMs;
  }
}

export default {
  async fetch(request: Request): Promise<Response> {
    const startedMs = performance.now();
    const { compose } = await import('../../../src/compose.ts');
    const evaluatedMs = performance.now();
    const service = await compose({
      name: 'workerd',
      fetch: timedFetch,
      clock,
      timers,
      random,
      report,
      env,
      bundles,
      buildHash: null,
      kernelModule,
      sha256Module,
      ed25519Module,
      processLoad: null,
      upgrade: () => new Response(null, { status: 501 }),
      respond: copiedHeaders(),
      ortWasmPaths: { mjs: './ort-glue.mjs' },
    });
    const composedMs = performance.now();
    const answer = await service.fetch(request, { waitUntil, clientAddress: '127.0.0.1' });
    const body = await answer.text();
    const answeredMs = performance.now();
    return Response.json({
      body,
      modulesMs: evaluatedMs - startedMs,
      composeMs: composedMs - evaluatedMs,
      decisionMs: answeredMs - composedMs,
      networkMs,
    });
  },
};
