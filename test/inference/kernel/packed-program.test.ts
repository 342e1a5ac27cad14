import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileGraph } from '../../../src/inference/kernel/compile-graph.ts';
import { packProgram, unpackProgram } from '../../../src/inference/kernel/packed-program.ts';
import { SHIPPED_BUNDLES } from '../../../src/local/build-worker.ts';
import { manifestSchema } from '../../../src/models/manifest.ts';
import { decodeModel } from '../../../src/onnx/model-proto.ts';

const shipped = ['spx-1d', 'active'].map((name) => {
  const read = (file: string) => readFileSync(join(SHIPPED_BUNDLES, name, file));
  const { model } = manifestSchema.parse(JSON.parse(read('manifest.json').toString()));
  const decoded = decodeModel(read('model.onnx'));
  if (!decoded.ok) throw new Error(decoded.error);
  const program = compileGraph(decoded.value, model);
  if (!program.ok) throw new Error('a shipped model is not known to the kernel');
  return { name, model, program: program.value };
});

describe('a packed program', () => {
  it.each(shipped)('of $name is the program', ({ model, program }) => {
    expect(unpackProgram(packProgram(program, model), model)).toEqual(program);
  });

  it('is that of nothing but what it was made of', () => {
    const [one, other] = shipped;
    if (!one || !other) throw new Error('two bundles are shipped');
    const packed = packProgram(one.program, one.model);
    expect(unpackProgram(packed, other.model)).toBeUndefined();
    expect(unpackProgram(packed, { ...one.model, outputName: 'other' })).toBeUndefined();
    expect(unpackProgram(packed, { ...one.model, inputName: 'other' })).toBeUndefined();
    expect(unpackProgram(packed.subarray(0, 20), one.model)).toBeUndefined();
  });
});
