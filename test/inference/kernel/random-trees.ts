import type { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { AttributeValue } from '../../../src/onnx/attribute-proto.ts';

export interface RandomTrees {
  readonly trees: number;
  readonly depth: number;
  readonly width: number;
  readonly modes: readonly string[];
  readonly hasMissing: boolean;
  readonly prefix: 'target' | 'class';
  /** Which targets a leaf names. */
  readonly targets: 'all' | 'one' | 'first';
  readonly targetCount: number;
}

/** The lists of a tree ensemble with thresholds on the grid of halves that rows lie on too. */
export function randomTrees(
  random: SeededRandom,
  options: RandomTrees,
): Readonly<Record<string, AttributeValue>> {
  const { prefix, targetCount } = options;
  const nodes = {
    tree: ints(),
    id: ints(),
    column: ints(),
    whenTrue: ints(),
    whenFalse: ints(),
    missing: ints(),
  };
  const modes: string[] = [];
  const thresholds: number[] = [];
  const leaves = { tree: ints(), id: ints(), target: ints(), weight: ints() };
  const targetsOf = (): readonly number[] => {
    if (options.targets === 'all') return Array.from({ length: targetCount }, (_, i) => i);
    return [options.targets === 'first' ? 0 : Math.floor(random.uniform() * targetCount)];
  };
  for (let tree = 0; tree < options.trees; tree += 1) {
    let count = 0;
    const add = (depth: number): number => {
      const id = count;
      const at = modes.length;
      count += 1;
      nodes.tree.push(tree);
      nodes.id.push(id);
      for (const list of [nodes.column, nodes.whenTrue, nodes.whenFalse, nodes.missing, thresholds])
        list.push(0);
      modes.push('LEAF');
      if (depth === 0 || random.uniform() < 0.15) {
        for (const target of targetsOf()) {
          leaves.tree.push(tree);
          leaves.id.push(id);
          leaves.target.push(target);
          leaves.weight.push(Math.fround(random.normal()));
        }
        return id;
      }
      nodes.column[at] = Math.floor(random.uniform() * options.width);
      modes[at] = options.modes[Math.floor(random.uniform() * options.modes.length)] ?? '';
      thresholds[at] = Math.round(4 * random.normal()) / 2;
      nodes.missing[at] = options.hasMissing && random.uniform() < 0.5 ? 1 : 0;
      nodes.whenTrue[at] = add(depth - 1);
      nodes.whenFalse[at] = add(depth - 1);
      return id;
    };
    add(options.depth);
  }
  return {
    nodes_treeids: { ints: nodes.tree },
    nodes_nodeids: { ints: nodes.id },
    nodes_featureids: { ints: nodes.column },
    nodes_modes: { strings: modes },
    nodes_values: { floats: thresholds },
    nodes_truenodeids: { ints: nodes.whenTrue },
    nodes_falsenodeids: { ints: nodes.whenFalse },
    nodes_missing_value_tracks_true: { ints: nodes.missing },
    [`${prefix}_treeids`]: { ints: leaves.tree },
    [`${prefix}_nodeids`]: { ints: leaves.id },
    [`${prefix}_ids`]: { ints: leaves.target },
    [`${prefix}_weights`]: { floats: leaves.weight },
  };
}

const ints = (): number[] => [];
