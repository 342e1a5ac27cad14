import type { AttributeProto, NodeProto } from '../../onnx/model-proto.ts';
import type { ConstantOperand, GraphOperand, IntegerStep, RowsOperand, RowsOrigin } from './graph-operand.ts';
import { opcode } from './opcodes.ts';
import { int, type Place, type ProgramWriter, reads, writes } from './program-writer.ts';
import { withRow } from './with-row.ts';

/** Thrown where the kernel does not know what onnxruntime would compute; its message is the node's fault. */
export class UnsupportedNode extends Error {}

export function unsupported(reason: string): never {
  throw new UnsupportedNode(reason);
}

/** Writes one node's instructions and answers its outputs in order. */
export type CompileNode = (node: OperatorContext) => readonly GraphOperand[];

interface OperatorContextOptions {
  readonly node: NodeProto;
  readonly operands: ReadonlyMap<string, GraphOperand>;
  readonly writer: ProgramWriter;
  /** How often each name is used, as an output of the graph included. */
  readonly uses: ReadonlyMap<string, number>;
}

/** One node in sight of what stands before it. */
export class OperatorContext {
  readonly writer: ProgramWriter;
  readonly node: NodeProto;
  readonly #operands: ReadonlyMap<string, GraphOperand>;
  readonly #uses: ReadonlyMap<string, number>;

  constructor({ node, operands, writer, uses }: OperatorContextOptions) {
    this.node = node;
    this.writer = writer;
    this.#operands = operands;
    this.#uses = uses;
  }

  get inputCount(): number {
    return this.node.inputs.length;
  }

  /** Undefined for an input that is left out. */
  operand(index: number): GraphOperand | undefined {
    const name = this.node.inputs[index];
    if (name === undefined || name === '') return undefined;
    const operand = this.#operands.get(name);
    if (operand === undefined) unsupported(`its input '${name}' is not defined before it`);
    if (operand.kind === 'unavailable') unsupported(`its input '${name}': ${operand.reason}`);
    return operand;
  }

  /** f32[batch, width]. */
  rows(index: number): RowsOperand {
    const operand = this.operand(index);
    if (operand?.kind === 'integer' && operand.step.kind === 'sums') return this.#floats(operand.step);
    if (operand?.kind !== 'rows' || operand.rank !== 2 || operand.type !== 'f32')
      unsupported(`input ${index} is not f32[batch, width] that the kernel has computed`);
    return operand;
  }

  /** Sums of integers in their unit. */
  #floats({ sums, factors, isRectified }: Extract<IntegerStep, { readonly kind: 'sums' }>): RowsOperand {
    const to = withRow(this.writer, opcode.multiplyData, sums, factors);
    if (!isRectified) return rowsOf(to);
    const rectified = { width: to.width };
    this.writer.add(opcode.relu, writes(rectified), reads(to), int(to.width));
    return rowsOf(rectified);
  }

  constant(index: number): ConstantOperand {
    const operand = this.operand(index);
    if (operand?.kind !== 'constant') unsupported(`input ${index} is not a constant`);
    return operand;
  }

  /** A step of integer arithmetic; undefined for any other operand. */
  integer(index: number): IntegerStep | undefined {
    const operand = this.operand(index);
    return operand?.kind === 'integer' ? operand.step : undefined;
  }

  /** The one number of a constant. */
  scalar(index: number): number {
    const { values } = this.constant(index);
    const [value] = Array.from(values);
    if (value === undefined || values.length !== 1) unsupported(`input ${index} is not one number`);
    return value;
  }

  /** Whether nothing else uses an input, nor the graph gives it out. */
  isOnlyUse(index: number): boolean {
    return this.#uses.get(this.node.inputs[index] ?? '') === 1;
  }

  attribute(name: string): AttributeProto | undefined {
    return this.node.attributes.find((attribute) => attribute.name === name);
  }

  int(name: string, otherwise: number): number {
    return this.attribute(name)?.int ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.attribute(name)?.float ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    const bytes = this.attribute(name)?.bytes;
    return bytes ? new TextDecoder().decode(bytes) : otherwise;
  }

  ints(name: string): readonly number[] {
    return this.attribute(name)?.ints ?? [];
  }

  floats(name: string): readonly number[] {
    return this.attribute(name)?.floats ?? [];
  }

  texts(name: string): readonly string[] {
    const decoder = new TextDecoder();
    return (this.attribute(name)?.strings ?? []).map((bytes) => decoder.decode(bytes));
  }
}

export const rowsOf = (place: Place, origin: RowsOrigin = { kind: 'other' }): RowsOperand => ({
  kind: 'rows',
  type: 'f32',
  place,
  rank: 2,
  origin,
});
