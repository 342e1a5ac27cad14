import { cannotCompete } from '../experiments/cannot-compete.ts';
import type { ServedModel } from '../models/catalog.ts';
import type { Question } from './question.ts';

/** Whether what a question brings, which was checked for its model, is what another one takes. */
export function fitsQuestion(other: ServedModel, { model, symbol, input }: Question): boolean {
  if (cannotCompete(other, model, symbol) !== undefined) return false;
  if (input.kind === 'bars' || input.kind === 'none') return true;
  // A vector, also a stream's, was made of the model's own features.
  const { names } = other.bundle.manifest.features;
  return JSON.stringify(names) === JSON.stringify(model.bundle.manifest.features.names);
}
