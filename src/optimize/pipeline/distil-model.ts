import type { Manifest } from '../../models/manifest.ts';
import { distil, type SoftRows } from '../compress/distil.ts';
import { chosenColumns, evaluateTables, standardiseTables } from '../compress/evaluate-tables.ts';
import type { HeadTables, ModelTables } from '../compress/model-tables.ts';
import { perceptronLayers } from '../export/ensemble-tables.ts';
import { trainPerceptron } from '../train/multilayer-perceptron.ts';

interface Distillation {
  /** In f32: the teacher. */
  readonly model: ModelTables;
  /** f32[count × inputWidth] that shaped the teacher. */
  readonly rows: Float32Array;
  readonly domain: Manifest['domain'];
  readonly seed: number;
}

/** A model of one small perceptron a head, which has learnt to score as the whole ensemble does. */
export function distilModel({ model, rows, domain, seed }: Distillation): ModelTables {
  const heads = model.heads.map((head, h) => {
    const teacher = { inputWidth: model.inputWidth, heads: [head] };
    return distil({
      rows,
      width: model.inputWidth,
      smoothedCount: SMOOTHED_COUNT,
      min: domain.min,
      max: domain.max,
      seed: seed + h,
      teacher: (some) => evaluateTables(teacher, some),
      train: (soft) => student(head, model.inputWidth, soft, seed + h),
    });
  });
  return { ...model, heads };
}

function student(head: HeadTables, inputWidth: number, soft: SoftRows, seed: number): HeadTables {
  const inputs = standardiseTables(head.standardiser, chosenColumns(head, soft.features, inputWidth));
  const { parameters } = trainPerceptron(
    {
      count: soft.count,
      width: head.columns.length,
      inputs: Float64Array.from(inputs),
      labels: soft.targets,
      weights: soft.weights,
    },
    { kind: 'epochs', epochs: EPOCHS },
    { hidden: HIDDEN, learningRate: 0.003, weightDecay: 0.001, batchSize: 64, seed },
  );
  return {
    ...head,
    members: [{ weight: 1, kind: 'dense', layers: perceptronLayers(parameters) }],
    offset: 0,
  };
}

const SMOOTHED_COUNT = 4_000;
const EPOCHS = 12;
const HIDDEN = 16;
