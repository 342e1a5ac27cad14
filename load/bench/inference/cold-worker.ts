/** A Worker that does nothing until it is asked: then it makes an engine ready and scores one row, and says how long that took. */

import bundles from 'virtual:bundles';
import { createChosenEngine } from '../../../src/inference/chosen-engine.ts';
import kernelModule from '../../../src/inference/kernel/kernel.wasm';
import { createKernelEngine } from '../../../src/inference/kernel/kernel-engine.ts';
import { createOrtEngine } from '../../../src/inference/ort.ts';
import { shippedGraph } from './shipped-graph.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const bundle = bundles[searchParams.get('model') ?? ''];
    if (!bundle) return new Response('there is no such model', { status: 404 });
    const graph = shippedGraph(bundle.manifest, bundle.model);
    const startedMs = performance.now();
    const engine = createChosenEngine({
      choice: searchParams.get('engine') === 'kernel' ? 'kernel' : 'ort',
      loadKernel: () => createKernelEngine({ module: kernelModule }),
      loadOrt: () => createOrtEngine({ wasmPaths: { mjs: './ort-glue.mjs' } }),
    });
    const runnable = await engine.prepare(graph);
    if (!runnable.ok) return new Response(runnable.error.detail, { status: 500 });
    const scores = await runnable.value.run(graph.probe, 1);
    const durationMs = performance.now() - startedMs;
    return Response.json({ durationMs, isScored: scores.ok });
  },
};
