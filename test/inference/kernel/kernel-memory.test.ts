import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { compileGraph } from '../../../src/inference/kernel/compile-graph.ts';
import { KernelMemory } from '../../../src/inference/kernel/kernel-memory.ts';
import type { KernelProgram } from '../../../src/inference/kernel/kernel-program.ts';
import { KERNEL_WASM } from '../../../src/local/kernel-wasm.ts';
import { builtGraph } from './kernel-and-ort.ts';

const module = new WebAssembly.Module(readFileSync(KERNEL_WASM));

/** x · factor of `size` columns. */
function programOf(size: number, factor: number): KernelProgram {
  const { model, outputName } = builtGraph(size, 1, (graph, x) => {
    const values = new Float32Array(size).fill(factor);
    values[0] = factor + 1;
    return graph.node('Mul', 'y', [x, graph.constant('c', { dims: [size], values })]);
  });
  const program = compileGraph(model, { inputName: 'x', outputName });
  if (!program.ok) throw new Error('it does not compile');
  return program.value;
}

function load(memory: KernelMemory, program: KernelProgram) {
  const loaded = memory.load(program);
  if (!loaded.ok) throw new Error(loaded.error);
  return loaded.value;
}

describe('the memory of the kernel', () => {
  it('does not grow over a thousand swaps, and what runs beside them goes on as it was', () => {
    const memory = new KernelMemory(module, 1_048_576);
    const random = new SeededRandom(1);
    const kept = load(memory, programOf(4, 3));
    let served = load(memory, programOf(4, 2));
    let sizeBytes = 0;
    for (let swap = 0; swap < 1_000; swap += 1) {
      const factor = Math.floor(100 * random.uniform());
      const next = load(memory, programOf(4 + 4 * (swap % 7), factor));
      served.unload();
      served = next;
      const row = new Float32Array(4 + 4 * (swap % 7)).fill(2);
      expect(served.run(row, 1)[1]).toBe(2 * factor);
      expect(kept.run(Float32Array.of(1, 1, 1, 1), 1)).toEqual(Float32Array.of(4, 3, 3, 3));
      if (swap === 10) sizeBytes = memory.sizeBytes;
    }
    expect(memory.sizeBytes).toBe(sizeBytes);
  });

  it('refuses a program beyond its bound, and those that it has go on', () => {
    const memory = new KernelMemory(module, 65_536);
    const first = load(memory, programOf(4, 3));
    expect(memory.load(programOf(60_000, 1))).toMatchObject({ ok: false });
    expect(first.run(Float32Array.of(1, 1, 1, 1), 1)[1]).toBe(3);
  });

  it('runs no program that was unloaded', () => {
    const program = load(new KernelMemory(module, 65_536), programOf(4, 3));
    program.unload();
    expect(() => program.run(new Float32Array(4), 1)).toThrow('the program is unloaded');
  });
});
