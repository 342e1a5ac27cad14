import { dynamicScale } from '../../onnx/integer-operators.ts';
import { rationalSigmoid } from '../../onnx/rational-sigmoid.ts';
import { roundHalfEven } from '../../onnx/round-half-even.ts';
import type { StandardiserTables } from '../train/coarse/standardiser-tables.ts';
import { treeLogits } from '../train/trees/tree-logits.ts';
import type { AffineScale } from './affine-scale.ts';
import type { DenseTables, HeadTables, MemberTables, ModelTables } from './model-tables.ts';
import { rankCodedLogits, rankCodeTrees } from './rank-code-trees.ts';

/**
 * Scores f32[count × heads], row-major, of rows f32[count × inputWidth]: the bits that onnxruntime-web gives for
 * the model's graph (`tables-graph.ts`), which for dynamic layers means asked row by row.
 */
export function evaluateTables(model: ModelTables, rows: Float32Array): Float32Array {
  const logits = tableLogits(model, rows);
  return logits.map(rationalSigmoid);
}

/** What the scores are the sigmoid of, f32[count × heads]. */
function tableLogits(model: ModelTables, rows: Float32Array): Float32Array {
  const { inputWidth, heads } = model;
  const count = rows.length / inputWidth;
  if (!Number.isInteger(count)) throw new RangeError(`${rows.length} values are not rows of ${inputWidth}`);
  const logits = new Float32Array(count * heads.length);
  heads.forEach((head, place) => {
    const chosen = chosenColumns(head, rows, inputWidth);
    const standardised = standardiseTables(head.standardiser, chosen);
    let sums: Float32Array | undefined;
    for (const member of head.members) {
      const shares = memberLogits(member, chosen, standardised, head.columns.length).map(
        (x) => x * member.weight,
      );
      sums = sums ? sums.map((sum, i) => sum + (shares[i] as number)) : shares;
    }
    for (let i = 0; i < count; i += 1) logits[i * heads.length + place] = (sums?.[i] ?? 0) + head.offset;
  });
  return logits;
}

export function chosenColumns({ columns }: HeadTables, rows: Float32Array, inputWidth: number): Float32Array {
  const width = columns.length;
  const chosen = new Float32Array((rows.length / inputWidth) * width);
  for (let i = 0; i < chosen.length; i += 1) {
    chosen[i] = rows[Math.floor(i / width) * inputWidth + (columns[i % width] as number)] as number;
  }
  return chosen;
}

export function standardiseTables(standardiser: StandardiserTables, rows: Float32Array): Float32Array {
  const { mean, inverseDeviation, min, max } = standardiser;
  const width = mean.length;
  return rows.map((value, i) => {
    const centred = Math.fround(value - (mean[i % width] as number));
    return Math.min(Math.max(Math.fround(centred * (inverseDeviation[i % width] as number)), min), max);
  });
}

function memberLogits(
  member: MemberTables,
  raw: Float32Array,
  standardised: Float32Array,
  width: number,
): Float32Array {
  if (member.kind === 'dense') return denseOutputs(member.layers, standardised, width);
  if (member.trees.kind === 'f32') return treeLogits(member.trees.ensemble, raw);
  const { codes, scale, base } = member.trees.leaves;
  // The same sums either way; ranks are what the form is served by, where it has any.
  const coded = rankCodeTrees(codes);
  const sums = coded.ok ? rankCodedLogits(coded.value, raw) : treeLogits(codes, raw);
  return sums.map((sum) => Math.fround(sum * scale) + base);
}

/** What comes out of the last layer; `observe` sees the f32 that go into each. */
export function denseOutputs(
  layers: readonly DenseTables[],
  rows: Float32Array,
  width: number,
  observe: (layer: number, inputs: Float32Array) => void = () => {},
): Float32Array {
  if (layers[0]?.inputs !== width)
    throw new RangeError(`a first layer of ${layers[0]?.inputs} for ${width} columns`);
  let signal: Signal = { kind: 'f32', values: rows };
  layers.forEach((layer, index) => {
    // Codes need no ReLU: 0 is the lowest of them.
    if (index > 0 && signal.kind === 'f32') signal = { kind: 'f32', values: signal.values.map(rectified) };
    if (signal.kind === 'f32') observe(index, signal.values);
    signal = layerSignal(layer, signal, layers[index + 1]);
  });
  return floatsOf(signal);
}

/** What goes from layer to layer: numbers, or the codes that the next layer would make of them. */
type Signal =
  | { readonly kind: 'f32'; readonly values: Float32Array }
  | { readonly kind: 'codes'; readonly codes: Int16Array };

const rectified = (value: number): number => Math.max(0, value);

function floatsOf(signal: Signal): Float32Array {
  if (signal.kind !== 'f32') throw new RangeError('codes where numbers are needed');
  return signal.values;
}

function layerSignal(layer: DenseTables, signal: Signal, next: DenseTables | undefined): Signal {
  const { inputs, form } = layer;
  if (form.kind === 'f32') return f32(floatProducts(floatsOf(signal), inputs, form.weights, form.bias));
  const { codes, scales, arithmetic } = form;
  switch (arithmetic.kind) {
    case 'float':
      return f32(floatProducts(floatsOf(signal), inputs, dequantizedWeights(codes, scales), arithmetic.bias));
    case 'dynamic':
      return f32(dynamicOutputs(layer, codes, scales, arithmetic.bias, floatsOf(signal)));
    case 'static': {
      const { input, bias } = arithmetic;
      const left = signal.kind === 'codes' ? signal.codes : quantized(signal.values, input, -128);
      const sums = integerProducts(left, input.zeroPoint, inputs, codes).map(
        (sum, i) => sum + (bias[i % bias.length] as number),
      );
      const factors = scales.map((scale) => Math.fround(input.scale * scale));
      return rescaled(sums, factors, next);
    }
  }
}

const f32 = (values: Float32Array): Signal => ({ kind: 'f32', values });

/**
 * Integer sums as numbers, or as codes of a next layer that takes such and whose lowest code is 0: with its
 * scale in the factors and one rounding, as onnxruntime's QGemm does it.
 */
function rescaled(sums: Int32Array, factors: Float32Array, next: DenseTables | undefined): Signal {
  const arithmetic = next?.form.kind === 'int8' ? next.form.arithmetic : undefined;
  if (arithmetic?.kind !== 'static' || arithmetic.input.zeroPoint !== -128) {
    return f32(
      Float32Array.from(sums, (sum, i) => Math.fround(sum) * (factors[i % factors.length] as number)),
    );
  }
  const nextFactors = factors.map((factor) => factor / arithmetic.input.scale);
  const scaled = Float32Array.from(
    sums,
    (sum, i) => Math.fround(sum) * (nextFactors[i % nextFactors.length] as number),
  );
  return { kind: 'codes', codes: quantized(scaled, { scale: 1, zeroPoint: -128 }, -128) };
}

function dynamicOutputs(
  { inputs, outputs }: DenseTables,
  codes: Int8Array,
  scales: Float32Array,
  bias: Float32Array,
  rows: Float32Array,
): Float32Array {
  const values = new Float32Array((rows.length / inputs) * outputs);
  for (let row = 0; row * inputs < rows.length; row += 1) {
    const input = rows.subarray(row * inputs, (row + 1) * inputs);
    const range = dynamicScale(input);
    const sums = integerProducts(quantized(input, range, 0), range.zeroPoint, inputs, codes);
    for (let column = 0; column < outputs; column += 1) {
      const factor = Math.fround(range.scale * (scales[column] as number));
      const product = Math.fround(Math.fround(sums[column] as number) * factor);
      values[row * outputs + column] = product + (bias[column] as number);
    }
  }
  return values;
}

/** Codes from `lowest` to `lowest` + 255. */
function quantized(values: Float32Array, { scale, zeroPoint }: AffineScale, lowest: number): Int16Array {
  return Int16Array.from(values, (value) => {
    const code = roundHalfEven(Math.fround(value / scale)) + zeroPoint;
    return Math.min(Math.max(code, lowest), lowest + 255);
  });
}

function integerProducts(
  codes: Int16Array,
  zeroPoint: number,
  inputs: number,
  weights: Int8Array,
): Int32Array {
  const outputs = weights.length / inputs;
  const sums = new Int32Array((codes.length / inputs) * outputs);
  for (let i = 0; i < codes.length; i += 1) {
    const factor = (codes[i] as number) - zeroPoint;
    const to = Math.floor(i / inputs) * outputs;
    const from = (i % inputs) * outputs;
    for (let column = 0; column < outputs; column += 1) {
      sums[to + column] = (sums[to + column] as number) + factor * (weights[from + column] as number);
    }
  }
  return sums;
}

/** code × scale of its output, as f32. */
export const dequantizedWeights = (codes: Int8Array, scales: Float32Array): Float32Array =>
  Float32Array.from(codes, (code, i) => code * (scales[i % scales.length] as number));

/** Inputs whose products onnxruntime sums on their own, before it adds them to the bias and the blocks before. */
const PRODUCT_BLOCK = 256;

/** In f32, rounded at every step, in the order of onnxruntime-web 1.30 for a constant right side. */
function floatProducts(
  rows: Float32Array,
  inputs: number,
  weights: Float32Array,
  bias: Float32Array,
): Float32Array {
  const outputs = bias.length;
  const values = new Float32Array((rows.length / inputs) * outputs);
  const sums = new Float32Array(outputs);
  for (let row = 0; row * inputs < rows.length; row += 1) {
    const totals = values.subarray(row * outputs, (row + 1) * outputs);
    totals.set(bias);
    for (let start = 0; start < inputs; start += PRODUCT_BLOCK) {
      sums.fill(0);
      for (let i = start; i < Math.min(start + PRODUCT_BLOCK, inputs); i += 1) {
        addScaled(sums, weights, i * outputs, rows[row * inputs + i] as number);
      }
      for (let column = 0; column < outputs; column += 1) {
        totals[column] = (totals[column] as number) + (sums[column] as number);
      }
    }
  }
  return values;
}

/** sums + factor × weights from `start` on; product and sum each rounded to f32. */
function addScaled(sums: Float32Array, weights: Float32Array, start: number, factor: number): void {
  for (let column = 0; column < sums.length; column += 1) {
    const product = Math.fround(factor * (weights[start + column] as number));
    sums[column] = (sums[column] as number) + product;
  }
}
