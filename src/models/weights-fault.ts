import { constantFault } from '../onnx/constant-fault.ts';
import { decodeModel } from '../onnx/model-proto.ts';

/** What is wrong with the weights of an ONNX file, whatever rows it is run on; undefined where nothing is. */
export function weightsFault(model: Uint8Array): string | undefined {
  const decoded = decodeModel(model);
  if (!decoded.ok) return decoded.error;
  return decoded.value.graph ? constantFault(decoded.value.graph) : 'the model has no graph';
}
