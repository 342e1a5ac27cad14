import { roundHalfEven } from '../../onnx/round-half-even.ts';
import { type FloatBytes, roundFloat } from '../train/coarse/round-float.ts';
import { roundStandardiser } from '../train/coarse/round-standardiser.ts';
import { snapThresholds, ThresholdGrid } from '../train/coarse/threshold-grid.ts';
import { affineScale } from './affine-scale.ts';
import type { Calibrator } from './calibrator.ts';
import { compensatedCodes } from './compensated-codes.ts';
import { chosenColumns, denseOutputs, standardiseTables } from './evaluate-tables.ts';
import type {
  DenseArithmetic,
  DenseTables,
  HeadTables,
  MemberTables,
  ModelTables,
  TreeTables,
} from './model-tables.ts';
import { quantizeColumns } from './quantize-columns.ts';
import { BIAS_MAX } from './quantize-graph.ts';
import { quantizeLeaves } from './quantize-leaves.ts';

/** What is given up for size. Every choice is independent of the others. */
export interface TableCompression {
  /** Of dense weights, 2 to 8. */
  readonly weightBits: number;
  /** One scale an output of a layer, or one for the layer. */
  readonly perChannel: boolean;
  /** `compensated`: see `compensated-codes.ts` and `-leaves.ts`; needs the calibration rows, as static arithmetic does. */
  readonly rounding: 'nearest' | 'compensated';
  readonly arithmetic: ArithmeticChoice;
  /** Layers whose outputs are log-odds stay f32: few weights, whose rounding nothing after them averages out. */
  readonly keepsOutputLayers: boolean;
  /** f32[count × inputWidth] of rows the model was trained on. */
  readonly calibration: Float32Array;
  /** Of leaf codes, 2 to 16. */
  readonly leafBits: number;
  /** Thresholds stay, or move to the grid of 2^−bits deviations. */
  readonly thresholds: { readonly kind: 'exact' } | { readonly kind: 'grid'; readonly bits: number };
  /** Of f32 biases, and of the standardiser as far as no value moves by 2⁻⁹ deviations. Scales take 2. */
  readonly floatBytes: FloatBytes;
}

type ArithmeticChoice =
  | { readonly kind: 'float' }
  | { readonly kind: 'dynamic' }
  | { readonly kind: 'static'; readonly createCalibrator: () => Calibrator };

/** The f32 model in int8 form. Throws a RangeError for a part that already is. */
export function compressTables(model: ModelTables, compression: TableCompression): ModelTables {
  const heads = model.heads.map((head) => {
    const standardiser = roundStandardiser(head.standardiser, compression.floatBytes);
    const rounded = { ...head, standardiser };
    const members = head.members.map((member): MemberTables => {
      const { weight } = member;
      return member.kind === 'trees'
        ? {
            weight,
            kind: 'trees',
            trees: compressTrees(member.trees, rounded, model.inputWidth, compression),
          }
        : {
            weight,
            kind: 'dense',
            layers: compressLayers(member.layers, rounded, model.inputWidth, compression),
          };
    });
    return { ...rounded, members };
  });
  return { ...model, heads };
}

function compressTrees(
  trees: TreeTables,
  head: HeadTables,
  inputWidth: number,
  { thresholds, leafBits, rounding, calibration }: TableCompression,
): TreeTables {
  if (trees.kind !== 'f32') throw new RangeError('the trees are compressed already');
  const snapped =
    thresholds.kind === 'exact'
      ? trees.ensemble
      : snapThresholds(trees.ensemble, new ThresholdGrid(head.standardiser, thresholds.bits));
  const rows = rounding === 'compensated' ? chosenColumns(head, calibration, inputWidth) : undefined;
  return { kind: 'int8', leaves: quantizeLeaves(snapped, leafBits, rows) };
}

function compressLayers(
  layers: readonly DenseTables[],
  head: HeadTables,
  inputWidth: number,
  compression: TableCompression,
): DenseTables[] {
  const observed = layerInputs(layers, head, inputWidth, compression.calibration);
  return layers.map((layer, index) => {
    const { inputs, outputs, form } = layer;
    if (form.kind !== 'f32') throw new RangeError('a layer is compressed already');
    if (compression.keepsOutputLayers && index === layers.length - 1) return layer;
    const seen = observed[index] as Float32Array;
    const bits = compression.weightBits;
    const matrix = { values: form.weights, outputs, isTransposed: false };
    const nearest = quantizeColumns(matrix, { bits, perChannel: compression.perChannel, scaleBytes: 2 });
    const { scales } = nearest;
    const largestCode = (1 << (bits - 1)) - 1;
    const { codes, bias } =
      compression.rounding === 'nearest'
        ? { codes: nearest.codes, bias: form.bias }
        : compensatedCodes({ weights: form.weights, bias: form.bias, scales, largestCode, inputs: seen });
    const arithmetic = arithmeticOf(compression, seen, scales, bias);
    return { inputs, outputs, form: { kind: 'int8', codes, scales, arithmetic } };
  });
}

function arithmeticOf(
  { arithmetic, floatBytes }: TableCompression,
  seen: Float32Array,
  scales: Float32Array,
  bias: Float32Array,
): DenseArithmetic {
  const rounded = bias.map((value) => roundFloat(value, floatBytes));
  if (arithmetic.kind !== 'static') return { kind: arithmetic.kind, bias: rounded };
  const calibrator = arithmetic.createCalibrator();
  calibrator.observe(seen);
  const input = affineScale(calibrator.range());
  const codes = Array.from(bias, (value, output) =>
    roundHalfEven(value / Math.fround(input.scale * (scales[output] as number))),
  );
  // Beside weights next to nothing a bias may not fit int32; the layer is then multiplied in f32.
  if (codes.some((code) => Math.abs(code) > BIAS_MAX)) return { kind: 'float', bias: rounded };
  return { kind: 'static', input, bias: Int32Array.from(codes) };
}

/** What goes into each layer of the f32 member on the rows. */
function layerInputs(
  layers: readonly DenseTables[],
  head: HeadTables,
  inputWidth: number,
  rows: Float32Array,
): readonly Float32Array[] {
  const observed: Float32Array[] = [];
  const inputs = standardiseTables(head.standardiser, chosenColumns(head, rows, inputWidth));
  denseOutputs(layers, inputs, head.columns.length, (_, values) => observed.push(values));
  return observed;
}
