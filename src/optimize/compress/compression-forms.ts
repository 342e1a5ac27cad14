import { collapseSplits } from './collapse-splits.ts';
import { compressTables, type TableCompression } from './compress-tables.ts';
import { dropLeastUseful } from './drop-trees.ts';
import { entropyCalibrator } from './entropy-calibrator.ts';
import { chosenColumns } from './evaluate-tables.ts';
import { minMaxCalibrator } from './min-max-calibrator.ts';
import type { HeadTables, MemberTables, ModelTables } from './model-tables.ts';
import { percentileCalibrator } from './percentile-calibrator.ts';

/** A smaller form of a model. */
export interface CompressedForm {
  readonly name: string;
  readonly model: ModelTables;
  /** Whether it may be served: what it says of a row must not depend on the rows beside it. */
  readonly isServable: boolean;
}

interface FormOptions {
  readonly model: ModelTables;
  /** f32[count × inputWidth] that shaped the model: calibration, and what pruning looks at. */
  readonly rows: Float32Array;
  /** 0 or 1 of each row, head by head. */
  readonly labels: readonly Uint8Array[];
}

/**
 * Every way to make a model smaller that is tried, from the mildest to the hardest. Which of them a model bears is for
 * `frontier.ts` to measure.
 */
export function compressionForms({ model, rows, labels }: FormOptions): readonly CompressedForm[] {
  const form = (name: string, changes: Partial<TableCompression>, source = model): CompressedForm => ({
    name,
    model: compressTables(source, { ...PLAIN, ...changes }),
    isServable: changes.arithmetic?.kind !== 'dynamic',
  });
  const calibrated = (createCalibrator: typeof minMaxCalibrator): Partial<TableCompression> => ({
    ...SHORT,
    arithmetic: { kind: 'static', rows, createCalibrator },
  });
  const collapsed = mapTrees(model, (ensemble, head) =>
    collapseSplits(ensemble, COLLAPSE_SPREAD_MAX, chosenColumns(head, rows, model.inputWidth)),
  );
  const pruned = mapTrees(model, (ensemble, head, h) =>
    dropLeastUseful(ensemble, Math.floor(ensemble.trees.length * DROPPED_SHARE), {
      rows: chosenColumns(head, rows, model.inputWidth),
      labels: labels[h] as Uint8Array,
    }),
  );
  return [
    form('int8 weights and leaves', {}),
    form('int8, short floats', SHORT),
    form('int8, short floats, thresholds on a fine grid', { ...SHORT, thresholds: grid(9) }),
    form('int8, short floats, thresholds on a coarse grid', { ...SHORT, thresholds: grid(6) }),
    form('int8, static, min-max', calibrated(minMaxCalibrator)),
    form(
      'int8, static, 99.99 %',
      calibrated(() => percentileCalibrator(99.99)),
    ),
    form('int8, static, entropy', calibrated(entropyCalibrator)),
    form('int8, dynamic', { ...SHORT, arithmetic: { kind: 'dynamic' } }),
    form('int8, splits of little effect collapsed', { ...SHORT, thresholds: grid(9) }, collapsed),
    form('int8, a quarter of the trees dropped', { ...SHORT, thresholds: grid(9) }, pruned),
    form('7-bit weights and leaves', { ...SHORT, weightBits: 7, leafBits: 7, thresholds: grid(9) }),
  ];
}

const PLAIN: TableCompression = {
  weightBits: 8,
  arithmetic: { kind: 'float' },
  leafBits: 8,
  thresholds: { kind: 'exact' },
  floatBytes: 4,
};
const SHORT = { floatBytes: 2 } as const satisfies Partial<TableCompression>;
const grid = (bits: number) => ({ kind: 'grid', bits }) as const;

/** Log-odds by which two neighbouring leaves may differ and still become one. */
const COLLAPSE_SPREAD_MAX = 0.002;
const DROPPED_SHARE = 0.25;

type TreesOf = Extract<Extract<MemberTables, { kind: 'trees' }>['trees'], { kind: 'f32' }>['ensemble'];

function mapTrees(
  model: ModelTables,
  change: (ensemble: TreesOf, head: HeadTables, h: number) => TreesOf,
): ModelTables {
  const heads = model.heads.map((head, h) => ({
    ...head,
    members: head.members.map((member): MemberTables => {
      if (member.kind === 'dense' || member.trees.kind !== 'f32') return member;
      return { ...member, trees: { kind: 'f32', ensemble: change(member.trees.ensemble, head, h) } };
    }),
  }));
  return { ...model, heads };
}
