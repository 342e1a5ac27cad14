import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { StandardiserTables } from '../train/coarse/standardiser-tables.ts';
import { ThresholdGrid } from '../train/coarse/threshold-grid.ts';
import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { StreamReader } from './byte-streams.ts';
import { TABLES_HEADER, tag } from './encode-tables.ts';
import type {
  DenseArithmetic,
  DenseForm,
  DenseTables,
  HeadTables,
  MemberTables,
  ModelTables,
  TreeTables,
} from './model-tables.ts';

/** Reads what `encodeTables` wrote: an error for a file that is cut, longer, or of another kind or version. */
export function decodeTables(file: Uint8Array): Result<ModelTables, string> {
  const reader = StreamReader.open(file, TABLES_HEADER);
  if (!reader.ok) return reader;
  try {
    const model = readModel(reader.value);
    return reader.value.isAtEnd ? ok(model) : err('kernel tables have bytes left over');
  } catch (failure) {
    return err(`not kernel tables: ${messageOf(failure)}`);
  }
}

function readModel(reader: StreamReader): ModelTables {
  const inputWidth = reader.varint('shape');
  const heads = list(reader.varint('shape'), () => readHead(reader, inputWidth));
  return { inputWidth, heads };
}

function readHead(reader: StreamReader, inputWidth: number): HeadTables {
  const width = reader.varint('shape');
  const columns = reader.bytes('features', width).slice();
  if (columns.some((column) => column >= inputWidth)) throw new RangeError('a column is not an input');
  const mean = readFloats(reader, width);
  const inverseDeviation = readFloats(reader, width);
  const [min = NaN, max = NaN, offset = NaN] = readFloats(reader, 3);
  const standardiser = { mean, inverseDeviation, min, max };
  const weights = readFloats(reader, reader.varint('shape'));
  const members = Array.from(weights, (weight): MemberTables => {
    return reader.byte('shape') === tag.dense
      ? { weight, kind: 'dense', layers: list(reader.varint('shape'), () => readLayer(reader)) }
      : { weight, kind: 'trees', trees: readTrees(reader, standardiser) };
  });
  return { columns, standardiser, members, offset };
}

function readLayer(reader: StreamReader): DenseTables {
  const inputs = reader.varint('shape');
  const outputs = reader.varint('shape');
  return { inputs, outputs, form: readForm(reader, inputs * outputs, outputs) };
}

function readForm(reader: StreamReader, size: number, outputs: number): DenseForm {
  if (reader.byte('shape') === tag.f32) {
    return { kind: 'f32', weights: readFloats(reader, size), bias: readFloats(reader, outputs) };
  }
  const codes = Int8Array.from(reader.bytes('weights', size));
  const scales = readFloats(reader, outputs);
  return { kind: 'int8', codes, scales, arithmetic: readArithmetic(reader, outputs) };
}

function readArithmetic(reader: StreamReader, outputs: number): DenseArithmetic {
  const kind = reader.byte('shape');
  if (kind === tag.float) return { kind: 'float', bias: readFloats(reader, outputs) };
  if (kind === tag.dynamic) return { kind: 'dynamic', bias: readFloats(reader, outputs) };
  const [scale = NaN] = readFloats(reader, 1);
  const zeroPoint = reader.signed('shape');
  const bias = Int32Array.from(list(outputs, () => reader.signed('integers')));
  return { kind: 'static', input: { scale, zeroPoint }, bias };
}

function readTrees(reader: StreamReader, standardiser: StandardiserTables): TreeTables {
  const kind = reader.byte('shape');
  const width = standardiser.mean.length;
  const shapes = readStructure(reader, reader.varint('shape'));
  const splitCount = shapes.reduce((sum, { left }) => sum + left.length, 0);
  const leafCount = splitCount + shapes.length;
  const feature = reader.bytes('features', splitCount);
  if (feature.some((index) => index >= width)) throw new RangeError('a split looks at no column');
  const missingLeft = readMissing(reader, splitCount);
  const assembled = (base: number, threshold: Float32Array, leaf: Float32Array): TreeEnsemble => ({
    width,
    base,
    trees: cut(shapes, { feature, missingLeft, threshold, leaf }),
  });
  if (kind === tag.f32) {
    const [base = NaN] = readFloats(reader, 1);
    const threshold = readFloats(reader, splitCount);
    return { kind: 'f32', ensemble: assembled(base, threshold, readFloats(reader, leafCount)) };
  }
  const bits = reader.byte('shape');
  const [scale = NaN, base = NaN] = readFloats(reader, 2);
  const leaf = readLeaves(reader, bits, leafCount);
  const ranks = reader.bytes('ranks', splitCount);
  const tables = readThresholds(reader, standardiser);
  const threshold = Float32Array.from(
    ranks,
    (rank, split) => tables[feature[split] as number]?.[rank] ?? NaN,
  );
  if (threshold.some(Number.isNaN)) throw new RangeError('a rank has no threshold');
  return { kind: 'int8', leaves: { bits, scale, base, codes: assembled(0, threshold, leaf) } };
}

type TreeShape = Pick<Tree, 'left' | 'right'>;

/** Children of each tree from its bits; see `writeStructure` in `encode-tables.ts`. */
function readStructure(reader: StreamReader, treeCount: number): readonly TreeShape[] {
  const nextBit = bitReader(reader);
  return list(treeCount, () => {
    const left: number[] = [];
    const right: number[] = [];
    let leaves = 0;
    const visit = (): number => {
      if (nextBit() === 0) {
        leaves += 1;
        return ~(leaves - 1);
      }
      const split = left.push(0) - 1;
      right.push(0);
      left[split] = visit();
      right[split] = visit();
      return split;
    };
    visit();
    return { left: Int32Array.from(left), right: Int32Array.from(right) };
  });
}

function readMissing(reader: StreamReader, splitCount: number): Uint8Array {
  const all = reader.byte('shape');
  if (all !== 2) return new Uint8Array(splitCount).fill(all);
  const nextBit = bitReader(reader);
  return Uint8Array.from(list(splitCount, nextBit));
}

function bitReader(reader: StreamReader): () => number {
  let byte = 0;
  let left = 0;
  return () => {
    if (left === 0) {
      byte = reader.byte('structure');
      left = 8;
    }
    left -= 1;
    return (byte >> left) & 1;
  };
}

function readLeaves(reader: StreamReader, bits: number, count: number): Float32Array {
  if (bits <= 8) return Float32Array.from(Int8Array.from(reader.bytes('leaves', count)));
  const raw = reader.bytes('leaves', 2 * count);
  return Float32Array.from(
    list(count, (i) => (((raw[2 * i + 1] as number) << 24) >> 16) | (raw[2 * i] as number)),
  );
}

function readThresholds(reader: StreamReader, standardiser: StandardiserTables): readonly Float32Array[] {
  const bits = reader.byte('shape');
  const width = standardiser.mean.length;
  if (bits === tag.thresholds) {
    const counts = list(width, () => reader.byte('shape'));
    const all = readFloats(
      reader,
      counts.reduce((sum, count) => sum + count, 0),
    );
    let at = 0;
    return counts.map((count) => {
      at += count;
      return all.slice(at - count, at);
    });
  }
  const grid = new ThresholdGrid(standardiser, bits);
  return list(width, (feature) => {
    let code = 0;
    const points = list(reader.byte('shape'), (i) => {
      code = i === 0 ? reader.signed('integers') : code + reader.varint('integers') + 1;
      return grid.pointAt(feature, code);
    });
    return Float32Array.from(points);
  });
}

/** The arrays over all trees, cut tree by tree. */
function cut(
  shapes: readonly TreeShape[],
  all: { feature: Uint8Array; missingLeft: Uint8Array; threshold: Float32Array; leaf: Float32Array },
): Tree[] {
  let split = 0;
  let leaf = 0;
  return shapes.map((shape) => {
    const splitEnd = split + shape.left.length;
    const leafEnd = leaf + shape.left.length + 1;
    const tree = {
      ...shape,
      feature: Int32Array.from(all.feature.subarray(split, splitEnd)),
      missingLeft: all.missingLeft.slice(split, splitEnd),
      threshold: all.threshold.slice(split, splitEnd),
      leaf: all.leaf.slice(leaf, leafEnd),
    };
    split = splitEnd;
    leaf = leafEnd;
    return tree;
  });
}

/** See `writeFloats` in `encode-tables.ts`. */
function readFloats(reader: StreamReader, count: number): Float32Array {
  const bytes = reader.byte('shape');
  if (bytes < 2 || bytes > 4) throw new RangeError(`floats of ${bytes} bytes`);
  const kept = reader.bytes('floats', bytes * count);
  const raw = new DataView(new ArrayBuffer(4 * count));
  for (let i = 0; i < kept.length; i += 1) {
    const place = bytes === 4 ? i : 4 * (i % count) + 4 - bytes + Math.floor(i / count);
    raw.setUint8(place, kept[i] as number);
  }
  return Float32Array.from({ length: count }, (_, i) => raw.getFloat32(4 * i, true));
}

const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, i) => make(i));
