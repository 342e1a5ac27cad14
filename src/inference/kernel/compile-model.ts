import { err, type Result } from '../../core/result.ts';
import { decodeModel } from '../../onnx/model-proto.ts';
import type { EngineFailure, ModelGraph } from '../engine.ts';
import { compileGraph } from './compile-graph.ts';
import { describeNodeFault, type KernelProgram } from './kernel-program.ts';

/** The program of an ONNX file, or each node that stands in the way, by name. */
export function compileModel(
  graph: Pick<ModelGraph, 'bytes' | 'inputName' | 'outputName'>,
): Result<KernelProgram, EngineFailure> {
  const model = decodeModel(graph.bytes);
  if (!model.ok) return err({ kind: 'not-loaded', detail: model.error });
  const program = compileGraph(model.value, graph);
  return program.ok
    ? program
    : err({ kind: 'not-loaded', detail: program.error.map(describeNodeFault).join('; ') });
}
