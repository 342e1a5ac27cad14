import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createChosenEngine, type EngineChoice } from '../../src/inference/chosen-engine.ts';
import type { ModelGraph } from '../../src/inference/engine.ts';
import { createKernelEngine } from '../../src/inference/kernel/kernel-engine.ts';
import { createOrtEngine } from '../../src/inference/ort.ts';
import { KERNEL_WASM } from '../../src/local/kernel-wasm.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';

const module = new WebAssembly.Module(readFileSync(KERNEL_WASM));

function graphOf(operators: readonly string[]): ModelGraph {
  const graph = new GraphBuilder('g');
  const x = graph.floatInput('x', ['n', 2]);
  const y = operators.reduce((value, operator, i) => graph.node(operator, `${operator}${i}`, [value]), x);
  graph.floatOutput(y, ['n', 2]);
  return {
    bytes: encodeModel(graph.build()),
    inputName: 'x',
    outputName: y.name,
    featureCount: 2,
    headCount: 2,
    probe: Float32Array.of(1, -2),
  };
}

/** Counts how often onnxruntime-web is loaded. */
function chosen(choice: EngineChoice) {
  let ortLoads = 0;
  const engine = createChosenEngine({
    choice,
    loadKernel: () => createKernelEngine({ module }),
    loadOrt: () => {
      ortLoads += 1;
      return createOrtEngine({});
    },
  });
  return { engine, ortLoads: () => ortLoads };
}

const known = graphOf(['Sigmoid']);
const unknown = graphOf(['Erf', 'Sigmoid']);

describe('the chosen engine', () => {
  it('is the kernel where it knows the graph, and onnxruntime-web is not even loaded', async () => {
    const { engine, ortLoads } = chosen('kernel-or-ort');
    const prepared = await engine.prepare(known);
    expect(prepared).toMatchObject({ ok: true, value: { engine: 'kernel' } });
    expect(ortLoads()).toBe(0);
  });

  it('is onnxruntime-web where the kernel does not know a node, and says which', async () => {
    const { engine, ortLoads } = chosen('kernel-or-ort');
    for (const graph of [unknown, unknown]) {
      const prepared = await engine.prepare(graph);
      if (!prepared.ok) throw new Error(prepared.error.detail);
      expect(prepared.value.engine).toBe('ort');
      expect(prepared.value.engineReason).toContain("Erf 'Erf0': the operator is not supported");
    }
    expect(ortLoads()).toBe(1);
  });

  it('is nothing else where only the kernel was chosen', async () => {
    const { engine, ortLoads } = chosen('kernel');
    expect(await engine.prepare(unknown)).toEqual({
      ok: false,
      error: { kind: 'not-loaded', detail: "Erf 'Erf0': the operator is not supported" },
    });
    expect(ortLoads()).toBe(0);
  });

  it('is onnxruntime-web where that was chosen, and gives the bits of the kernel', async () => {
    const [ort, kernel] = [
      await chosen('ort').engine.prepare(known),
      await chosen('kernel').engine.prepare(known),
    ];
    if (!ort.ok || !kernel.ok) throw new Error('one of them does not load');
    expect(ort.value.engine).toBe('ort');
    const rows = Float32Array.of(0.1, -3, 40, 0);
    expect(await ort.value.run(rows, 2)).toEqual(await kernel.value.run(rows, 2));
  });

  it.each(['kernel', 'ort'] as const)(
    'by %s refuses a model whose probe gives no probability',
    async (choice) => {
      expect(await chosen(choice).engine.prepare(graphOf(['Tanh']))).toMatchObject({
        ok: false,
        error: { kind: 'not-a-probability' },
      });
    },
  );

  it.each(['kernel', 'ort'] as const)('by %s refuses a model of another width', async (choice) => {
    const wrong = { ...known, headCount: 1, probe: Float32Array.of(1, 2) };
    expect(await chosen(choice).engine.prepare(wrong)).toMatchObject({
      ok: false,
      error: { kind: 'wrong-shape' },
    });
  });

  it.each(['kernel', 'ort'] as const)('by %s refuses a file that is cut off', async (choice) => {
    const cut = { ...known, bytes: known.bytes.subarray(0, known.bytes.length >> 1) };
    expect(await chosen(choice).engine.prepare(cut)).toMatchObject({ ok: false });
  });
});
