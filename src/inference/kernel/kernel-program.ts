/** A model as the data that `kernel.wasm` runs: instructions (`opcodes.ts`) and the numbers they use. */
export interface KernelProgram {
  /** Position-independent; operands are offsets in it and in the scratch memory. */
  readonly bytes: Uint8Array;
  /** Where the input's rows go in the scratch memory, and where the output's come from. */
  readonly inputOffset: number;
  readonly inputWidth: number;
  readonly outputOffset: number;
  readonly outputWidth: number;
  /** Rows that are run at once. */
  readonly tileRows: number;
  /** Whether a number depends on all rows of a batch, which so has to be one tile. */
  readonly isWholeBatch: boolean;
}

/** One node that keeps the kernel from running a graph. */
export interface NodeFault {
  /** By domain and type; empty where it is no node but the graph itself. */
  readonly operator: string;
  /** The node's own name, or that of its first output. */
  readonly node: string;
  readonly reason: string;
}

export const describeNodeFault = ({ operator, node, reason }: NodeFault): string =>
  operator === '' ? reason : `${operator} '${node}': ${reason}`;
