import type { GraphProto, NodeProto } from './model-proto.ts';

/** Nodes that the output depends on, in the graph's order, which ONNX demands to be topological. */
export function neededNodes({ nodes }: GraphProto, outputName: string): readonly NodeProto[] {
  const needed = new Set([outputName]);
  return nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((name) => needed.has(name))) return false;
      for (const name of node.inputs) needed.add(name);
      return true;
    })
    .toReversed();
}
