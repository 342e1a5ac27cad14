import type { ControlView, TargetState } from '../control/view.ts';
import { float32Text } from '../core/float32-text.ts';
import { quoted } from '../core/quoted.ts';
import type { Experiment } from '../experiments/experiment.ts';
import type { Bar } from '../features/bar.ts';
import { settingsOn } from '../risk/check.ts';
import { targetsOf } from '../risk/decision-targets.ts';
import { barRow } from './bar-row.ts';
import { decisionTargetsOf } from './decision-targets-of.ts';
import type { Judged } from './judge-questions.ts';
import type { Question } from './question.ts';

/**
 * How a record holds the model's input: `bits`, as core/float32-text.ts writes them. Records of before 2026-11-29 have the
 * `decimals` of a list, which a replay of one writes again.
 */
export type FeatureForm = 'bits' | 'decimals';

// Canonical by the order of the names: the texts that clients choose are well-formed, the numbers finite. Written out, which
// costs V8 half of what finding the members of an object does.

export const breakerText = (breaker: Judged['breaker']): string =>
  breaker ? `{"generation":${breaker.generation},"state":"${breaker.state}"}` : 'null';

/** @param buildHash undefined where the record has none */
export function buildHashMember(buildHash: string | null | undefined): string {
  if (buildHash === undefined) return '';
  return `,"buildHash":${buildHash === null ? 'null' : `"${buildHash}"`}`;
}

/** What the check read: of the targets those that hold back what the question is about. */
export function controlMember(question: Question, view: ControlView | undefined): string {
  if (!view) return '';
  const { epoch, registryEpoch, targets, tradingState } = view;
  const held = targets.length === 0 ? targets : settingsOn(targets, targetsOf(decisionTargetsOf(question)));
  const heldText = held.length === 0 ? '' : `,"targets":${JSON.stringify(held.map(orderedSetting))}`;
  return `,"control":{"epoch":${epoch},"registryEpoch":${registryEpoch}${heldText},"tradingState":"${tradingState}"}`;
}

const orderedSetting = ({ epoch, target, tradingState }: TargetState): TargetState => ({
  epoch,
  target,
  tradingState,
});

/** What of it shaped the answer; its terms stand in the audit entry of the epoch. */
export function experimentText(experiment: Experiment | null): string {
  if (!experiment) return 'null';
  const { epoch, name, terms } = experiment;
  const sizeMax = terms.kind === 'canary' ? terms.sizeMax : null;
  return JSON.stringify({ epoch, kind: terms.kind, name, sizeMax });
}

/** Of a stream's window the last bar: the others are in the records before, and the features are in this one. */
export function barsText(input: Question['input']): string {
  if (input.kind === 'window') return `[${rowText(input.lastBar)}]`;
  return input.kind === 'bars' ? `[${input.bars.map(rowText).join(',')}]` : 'null';
}

const rowText = (bar: Bar): string => JSON.stringify(barRow(bar));

export function featuresText(values: Float32Array | undefined, form: FeatureForm): string {
  if (!values) return 'null';
  return form === 'bits' ? `"${float32Text(values)}"` : JSON.stringify(Array.from(values));
}

export const quotedOrNull = (text: string | null): string => (text === null ? 'null' : quoted(text));
