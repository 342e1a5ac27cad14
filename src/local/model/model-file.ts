import { readFileSync } from 'node:fs';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { decodeModel, type ModelProto, type ValueInfoProto } from '../../onnx/model-proto.ts';
import { tensorType } from '../../onnx/tensor.ts';

/** An ONNX file with one input of rows, as both engines can be asked. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly model: ModelProto;
  readonly input: { readonly name: string; readonly width: number };
  /** Names of its f32 outputs, in the graph's order. */
  readonly outputs: readonly string[];
}

export function readModelFile(path: string): Result<ModelFile, string> {
  try {
    const bytes = new Uint8Array(readFileSync(path));
    const model = decodeModel(bytes);
    return model.ok ? modelFile(bytes, model.value) : err(`${path}: ${model.error}`);
  } catch (failure) {
    return err(`${path}: ${messageOf(failure)}`);
  }
}

function modelFile(bytes: Uint8Array, model: ModelProto): Result<ModelFile, string> {
  const constants = new Set(model.graph?.initializers.map(({ name }) => name));
  const inputs = (model.graph?.inputs ?? []).filter(({ name }) => !constants.has(name));
  const [input, ...more] = inputs;
  if (!input || more.length > 0)
    return err(`it has ${inputs.length} inputs; one of f32[batch, width] is asked`);
  const width = input.type?.tensor?.shape?.dims[1]?.value;
  if (!isFloats(input) || width === undefined)
    return err(`its input '${input.name}' is not f32[batch, width] of a known width`);
  const outputs = (model.graph?.outputs ?? []).filter(isFloats).map(({ name = '' }) => name);
  if (outputs.length === 0) return err('it has no output of f32');
  return ok({ bytes, model, input: { name: input.name ?? '', width }, outputs });
}

const isFloats = ({ type }: ValueInfoProto): boolean => type?.tensor?.elementType === tensorType.float;
