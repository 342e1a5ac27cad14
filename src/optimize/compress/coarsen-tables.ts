import type { HeadTables, MemberTables, ModelTables } from './model-tables.ts';
import { roundStandardiser } from './round-standardiser.ts';
import { snapThresholds, ThresholdGrid } from './threshold-grid.ts';

/**
 * The f32 model with its standardiser in short floats and its trees' thresholds on the grid of 2^−gridBits
 * deviations: what to do with a model as it comes from training, before its members are weighed, its
 * probabilities calibrated and its thresholds of action chosen. Compression then changes no split at all. What
 * the model is worth may move a little, up or down; that belongs to training, where it is measured out of
 * sample, and is no flip of a model that somebody chose already.
 */
export function coarsenTables(model: ModelTables, gridBits: number): ModelTables {
  return { ...model, heads: model.heads.map((head) => coarsened(head, gridBits)) };
}

function coarsened(head: HeadTables, gridBits: number): HeadTables {
  const standardiser = roundStandardiser(head.standardiser, 2);
  const grid = new ThresholdGrid(standardiser, gridBits);
  const members = head.members.map((member): MemberTables => {
    if (member.kind === 'dense') return member;
    if (member.trees.kind !== 'f32') throw new RangeError('the trees are compressed already');
    const ensemble = snapThresholds(member.trees.ensemble, grid);
    return { ...member, trees: { kind: 'f32', ensemble } };
  });
  return { ...head, standardiser, members };
}
