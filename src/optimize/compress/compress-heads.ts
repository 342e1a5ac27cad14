import { collapseSplits } from './collapse-splits.ts';
import { compressTables, type TableCompression } from './compress-tables.ts';
import { dropLeastUseful } from './drop-trees.ts';
import { chosenColumns } from './evaluate-tables.ts';
import type { HeadTables, MemberTables, ModelTables } from './model-tables.ts';

/** What is given up of one head. */
export interface HeadCompression extends TableCompression {
  /** Of the head's trees, those that are missed least; 0 to 9. */
  readonly treesDroppedTenths: number;
  /** How much leaves may differ and still become one; see {@link collapseSpread}. */
  readonly collapseStep: number;
}

/** Log-odds up to which neighbouring leaves are made one: 0, then from 2⁻⁸ on twice as much a step. */
export const collapseSpread = ({ collapseStep }: Pick<HeadCompression, 'collapseStep'>): number =>
  collapseStep === 0 ? 0 : (1 << (collapseStep - 1)) / 256;

export const COLLAPSE_STEPS_MAX = 6;

interface Fitted {
  /** f32[count × inputWidth] that shaped the model. */
  readonly rows: Float32Array;
  /** 0 or 1 of each row, head by head. */
  readonly labels: readonly Uint8Array[];
}

/** Compresses heads one by one, each form once: a search asks for the same again and again. */
export function headCompressor(
  model: ModelTables,
  fitted: Fitted,
): (h: number, compression: HeadCompression) => HeadTables {
  const thinned = new Map<string, HeadTables>();
  const compressed = new Map<string, HeadTables>();

  function withoutTrees(h: number, tenths: number): HeadTables {
    const key = `${h}/${tenths}`;
    const known = thinned.get(key);
    if (known) return known;
    const made =
      tenths === 0
        ? (model.heads[h] as HeadTables)
        : thinner(withoutTrees(h, tenths - 1), model.heads[h] as HeadTables, tenths, model.inputWidth, {
            rows: fitted.rows,
            labels: fitted.labels[h] as Uint8Array,
          });
    thinned.set(key, made);
    return made;
  }

  return (h, compression) => {
    const { treesDroppedTenths, calibration: _, ...knobs } = compression;
    const key = JSON.stringify([h, treesDroppedTenths, knobs]);
    const known = compressed.get(key);
    if (known) return known;
    const source = {
      inputWidth: model.inputWidth,
      heads: [collapsed(withoutTrees(h, treesDroppedTenths), compression, model.inputWidth, fitted.rows)],
    };
    const [head] = compressTables(source, compression).heads as [HeadTables];
    compressed.set(key, head);
    return head;
  };
}

function collapsed(
  head: HeadTables,
  compression: HeadCompression,
  inputWidth: number,
  rows: Float32Array,
): HeadTables {
  const spread = collapseSpread(compression);
  if (spread === 0) return head;
  const members = head.members.map((member): MemberTables => {
    if (member.kind === 'dense' || member.trees.kind !== 'f32') return member;
    const ensemble = collapseSplits(member.trees.ensemble, spread, chosenColumns(head, rows, inputWidth));
    return { ...member, trees: { kind: 'f32', ensemble } };
  });
  return { ...head, members };
}

/** A head with one more tenth of its trees dropped. */
function thinner(
  head: HeadTables,
  whole: HeadTables,
  tenths: number,
  inputWidth: number,
  { rows, labels }: { readonly rows: Float32Array; readonly labels: Uint8Array },
): HeadTables {
  const members = head.members.map((member, m): MemberTables => {
    const original = whole.members[m];
    if (member.kind === 'dense' || member.trees.kind !== 'f32') return member;
    if (original?.kind !== 'trees' || original.trees.kind !== 'f32') return member;
    const { ensemble } = member.trees;
    const left = Math.ceil((original.trees.ensemble.trees.length * (10 - tenths)) / 10);
    const kept = dropLeastUseful(ensemble, ensemble.trees.length - left, {
      rows: chosenColumns(head, rows, inputWidth),
      labels,
    });
    return { ...member, trees: { kind: 'f32', ensemble: kept } };
  });
  return { ...head, members };
}
