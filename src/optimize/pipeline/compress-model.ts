import { ok, type Result } from '../../core/result.ts';
import {
  type CompressionBounds,
  chooseCompression,
  compressionBounds,
} from '../compress/choose-compression.ts';
import { compressTables } from '../compress/compress-tables.ts';
import { compressionCandidates, plainInt8 } from '../compress/compression-candidates.ts';
import type { ModelTables } from '../compress/model-tables.ts';
import { type ComparedForm, compareForms } from './compare-forms.ts';
import { distilModel } from './distil-model.ts';
import type { NamedTables } from './named-tables.ts';
import { type FormSearch, searchForms } from './search-forms.ts';

interface CompressOptions extends FormSearch {
  readonly blockLength: number;
  readonly smoothedRows: number;
  readonly searchesForms: boolean;
}

export interface CompressedModel {
  /** The f32 form first. */
  readonly forms: readonly NamedTables[];
  /** Each form on the rows that the choice was made on. */
  readonly steps: readonly ComparedForm[];
  readonly chosen: NamedTables;
  /** Of each form, what keeps it from being chosen; empty of the chosen and of larger ones. */
  readonly refusals: ReadonlyMap<string, readonly string[]>;
}

/** The smallest form that decides as the f32 model does, within the bounds; the f32 form where none does. */
export function compressModel(options: CompressOptions): Result<CompressedModel, string> {
  const { model, fitted, compared } = options;
  const reference: NamedTables = { name: 'f32', model };
  const candidates = compressionCandidates(model, fitted.features);
  const bounds = { ...choiceBounds, rowCountMin: options.smoothedRows };
  const searched = options.searchesForms ? searchForms(options) : [];
  const student = distilModel({ ...options, rows: fitted.features });
  const distilled = {
    name: 'distilled into a perceptron',
    model: compressTables(student, plainInt8(fitted.features)),
  };
  const forms = [reference, ...candidates, distilled, ...searched];
  const steps = compareForms({ ...options, forms, rows: compared });
  if (!steps.ok) return steps;
  const joint = steps.value.map((step) => step.joint);
  const servable = new Set(forms.filter((form) => !isDynamic(form.model)).map(({ name }) => name));
  const { chosen } = chooseCompression(
    joint.filter(({ name }) => name !== reference.name && servable.has(name)),
    bounds,
  );
  const refusals = chooseCompression(joint, bounds).refusals.filter(({ name }) => name !== reference.name);
  return ok({
    forms,
    steps: steps.value,
    chosen: forms.find(({ name }) => name === chosen?.name) ?? reference,
    refusals: new Map(
      refusals.map(({ name, reasons }) => [name, servable.has(name) ? reasons : [...reasons, DEPENDS]]),
    ),
  });
}

/** The gate's bounds with a tenth kept in hand: the holdout's rows are others. */
const choiceBounds: CompressionBounds = {
  ...compressionBounds,
  flipShareMax: 0.9 * compressionBounds.flipShareMax,
  aucLossMax: 0.9 * compressionBounds.aucLossMax,
};

/** Why a dynamic form is not served, however good: its ranges are of whatever rows are asked together. */
const DEPENDS = 'what it says of a row depends on the rows beside it';

const isDynamic = ({ heads }: ModelTables): boolean =>
  heads.some(({ members }) =>
    members.some(
      (member) =>
        member.kind === 'dense' &&
        member.layers.some(({ form }) => form.kind === 'int8' && form.arithmetic.kind === 'dynamic'),
    ),
  );
