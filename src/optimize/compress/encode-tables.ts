import { err, ok, type Result } from '../../core/result.ts';
import { floatBytesOf } from '../train/coarse/round-float.ts';
import type { StandardiserTables } from '../train/coarse/standardiser-tables.ts';
import { ThresholdGrid } from '../train/coarse/threshold-grid.ts';
import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { StreamWriter } from './byte-streams.ts';
import type { DenseForm, DenseTables, HeadTables, ModelTables, TreeTables } from './model-tables.ts';
import { preorderTree } from './preorder-tree.ts';
import { rankCodeTrees } from './rank-code-trees.ts';

/** "UTKT", version 1. */
export const TABLES_HEADER = [0x55, 0x54, 0x4b, 0x54, 1] as const;

/** What says which form follows, in the stream `shape`. */
export const tag = {
  dense: 0,
  trees: 1,
  f32: 0,
  int8: 1,
  float: 0,
  dynamic: 1,
  static: 2,
  /** Thresholds as f32; otherwise the tag is the bits of the grid they all stand on. */
  thresholds: 255,
} as const;

/** The finest grid that is looked for; see {@link ThresholdGrid}. */
const GRID_BITS_MAX = 12;

/**
 * A model as one file, the same bytes for the same model: a versioned header, then streams of like numbers
 * (see `byte-streams.ts`), each read from front to back. Nothing is lost; `decodeTables` gives the model back,
 * its trees in preorder. Both forms have the same layout: trees told by one bit a node, features as bytes, then
 *
 * - f32: thresholds and leaves as f32, split by split and leaf by leaf;
 * - int8: a rank byte a split, leaf codes as int8 or int16, and each feature's distinct thresholds once, as
 *   integers where all stand on a {@link ThresholdGrid}.
 *
 * A float array whose lowest bytes are all 0 is written without them, and then byte by byte in planes.
 *
 * An error where an ensemble cannot be rank-coded.
 */
export function encodeTables(model: ModelTables): Result<Uint8Array, string> {
  if (model.inputWidth > 256) return err(`${model.inputWidth} features do not fit a byte`);
  const writer = new StreamWriter();
  writer.varint('shape', model.inputWidth);
  writer.varint('shape', model.heads.length);
  for (const head of model.heads) {
    const written = writeHead(writer, head);
    if (!written.ok) return written;
  }
  return ok(writer.finish(TABLES_HEADER));
}

function writeHead(writer: StreamWriter, head: HeadTables): Result<undefined, string> {
  const { columns, standardiser, members, offset } = head;
  writer.varint('shape', columns.length);
  writer.bytes('features', columns);
  writeFloats(writer, standardiser.mean);
  writeFloats(writer, standardiser.inverseDeviation);
  writeFloats(writer, Float32Array.of(standardiser.min, standardiser.max, offset));
  writer.varint('shape', members.length);
  writeFloats(
    writer,
    Float32Array.from(members, ({ weight }) => weight),
  );
  for (const member of members) {
    writer.byte('shape', tag[member.kind]);
    if (member.kind === 'dense') {
      writer.varint('shape', member.layers.length);
      for (const layer of member.layers) writeLayer(writer, layer);
    } else {
      const written = writeTrees(writer, member.trees, standardiser);
      if (!written.ok) return written;
    }
  }
  return ok(undefined);
}

function writeLayer(writer: StreamWriter, { inputs, outputs, form }: DenseTables): void {
  writer.varint('shape', inputs);
  writer.varint('shape', outputs);
  writer.byte('shape', tag[form.kind]);
  if (form.kind === 'int8') writeCodes(writer, form);
  else {
    writeFloats(writer, form.weights);
    writeFloats(writer, form.bias);
  }
}

function writeCodes(
  writer: StreamWriter,
  { codes, scales, arithmetic }: Extract<DenseForm, { readonly kind: 'int8' }>,
): void {
  writer.bytes('weights', codes);
  writeFloats(writer, scales);
  writer.byte('shape', tag[arithmetic.kind]);
  if (arithmetic.kind !== 'static') {
    writeFloats(writer, arithmetic.bias);
    return;
  }
  writeFloats(writer, Float32Array.of(arithmetic.input.scale));
  writer.signed('shape', arithmetic.input.zeroPoint);
  for (const code of arithmetic.bias) writer.signed('integers', code);
}

function writeTrees(
  writer: StreamWriter,
  trees: TreeTables,
  standardiser: StandardiserTables,
): Result<undefined, string> {
  writer.byte('shape', tag[trees.kind]);
  const ensemble = inPreorder(trees.kind === 'f32' ? trees.ensemble : trees.leaves.codes);
  writer.varint('shape', ensemble.trees.length);
  writeStructure(writer, ensemble);
  for (const { feature } of ensemble.trees) writer.bytes('features', feature);
  writeMissing(writer, ensemble);
  if (trees.kind === 'f32') {
    writeFloats(writer, Float32Array.of(ensemble.base));
    writeFloats(writer, Float32Array.from(ensemble.trees.flatMap(({ threshold }) => [...threshold])));
    writeFloats(writer, Float32Array.from(ensemble.trees.flatMap(({ leaf }) => [...leaf])));
    return ok(undefined);
  }
  const { bits, scale, base } = trees.leaves;
  writer.byte('shape', bits);
  writeFloats(writer, Float32Array.of(scale, base));
  for (const { leaf } of ensemble.trees) {
    if (bits <= 8) writer.bytes('leaves', leaf);
    else writer.bytes('leaves', new Uint8Array(Int16Array.from(leaf).buffer));
  }
  return writeRanks(writer, ensemble, standardiser);
}

const inPreorder = (ensemble: TreeEnsemble): TreeEnsemble => ({
  ...ensemble,
  trees: ensemble.trees.map(preorderTree),
});

/** One bit a node in preorder, 1 for a split, the first in the highest bit, over all trees. */
function writeStructure(writer: StreamWriter, { trees }: TreeEnsemble): void {
  const bits: number[] = [];
  for (const tree of trees) {
    const visit = (child: number): void => {
      bits.push(child < 0 ? 0 : 1);
      if (child < 0) return;
      visit(tree.left[child] as number);
      visit(tree.right[child] as number);
    };
    visit(tree.feature.length === 0 ? ~0 : 0);
  }
  writeBits(writer, bits);
}

/** Where missing values go: nothing but a tag where all go the same way, else one bit a split. */
function writeMissing(writer: StreamWriter, { trees }: TreeEnsemble): void {
  const bits = trees.flatMap(({ missingLeft }) => [...missingLeft]);
  const first = bits[0] ?? 0;
  const isUniform = bits.every((bit) => bit === first);
  writer.byte('shape', isUniform ? first : 2);
  if (!isUniform) writeBits(writer, bits);
}

function writeBits(writer: StreamWriter, bits: readonly number[]): void {
  for (let start = 0; start < bits.length; start += 8) {
    let byte = 0;
    for (let i = 0; i < 8; i += 1) byte = byte * 2 + (bits[start + i] ?? 0);
    writer.byte('structure', byte);
  }
}

function writeRanks(
  writer: StreamWriter,
  ensemble: TreeEnsemble,
  standardiser: StandardiserTables,
): Result<undefined, string> {
  const coded = rankCodeTrees(ensemble);
  if (!coded.ok) return coded;
  for (const { rank } of coded.value.trees) writer.bytes('ranks', rank);
  const { thresholds } = coded.value;
  const bits = gridBitsOf(ensemble.trees, standardiser);
  writer.byte('shape', bits ?? tag.thresholds);
  const grid = new ThresholdGrid(standardiser, bits ?? 0);
  thresholds.forEach((table, feature) => {
    writer.byte('shape', table.length);
    if (bits === undefined) return;
    let previous = 0;
    table.forEach((threshold, i) => {
      const code = grid.nearest(feature, threshold);
      if (i === 0) writer.signed('integers', code);
      else writer.varint('integers', code - previous - 1);
      previous = code;
    });
  });
  if (bits === undefined) writeFloats(writer, Float32Array.from(thresholds.flatMap((table) => [...table])));
  return ok(undefined);
}

/** The coarsest grid that holds every threshold, undefined where none does. */
function gridBitsOf(trees: readonly Tree[], standardiser: StandardiserTables): number | undefined {
  for (let bits = 0; bits <= GRID_BITS_MAX; bits += 1) {
    const grid = new ThresholdGrid(standardiser, bits);
    const holds = trees.every(({ feature, threshold }) =>
      feature.every((index, split) => grid.holds(index, threshold[split] as number)),
    );
    if (holds) return bits;
  }
  return undefined;
}

/** The bytes a value takes, then the values: as f32, or the bytes that are kept in planes, lowest first. */
function writeFloats(writer: StreamWriter, values: Float32Array): void {
  const bytes = floatBytesOf(values);
  writer.byte('shape', bytes);
  const raw = new Uint8Array(4 * values.length);
  const view = new DataView(raw.buffer);
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  if (bytes === 4) {
    writer.bytes('floats', raw);
    return;
  }
  for (let plane = 4 - bytes; plane < 4; plane += 1) {
    for (let i = 0; i < values.length; i += 1) writer.byte('floats', raw[4 * i + plane] as number);
  }
}
