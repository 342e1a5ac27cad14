import { Draw } from '../draw.ts';
import { bridgedTooLong } from './bridged-too-long.ts';
import { cutOffReading } from './cut-off-reading.ts';
import { haltedOverForgotten } from './halted-over-forgotten.ts';
import { keysChange } from './keys-change.ts';
import { lostUnderLaterEpoch } from './lost-under-later-epoch.ts';
import { machineSleeps } from './machine-sleeps.ts';
import { marketDataFails } from './market-data-fails.ts';
import { modelFails } from './model-fails.ts';
import { modelsReplaced } from './models-replaced.ts';
import { operatorFallsSilent } from './operator-falls-silent.ts';
import { operatorsKeyChanges } from './operators-key-changes.ts';
import { overridesAreUsed } from './overrides-are-used.ts';
import { reducedBesideHalt } from './reduced-beside-halt.ts';
import { retriedAcrossHalt } from './retried-across-halt.ts';
import { seededTooLate } from './seeded-too-late.ts';
import { sleptThroughHalt } from './slept-through-halt.ts';
import type { Scenario } from './stage.ts';
import { streamUnderHalts } from './stream-under-halts.ts';
import { targetsHalted } from './targets-halted.ts';

export const scenarios = {
  'bridged too long': bridgedTooLong,
  'reading cut off': cutOffReading,
  'slept through a halt': sleptThroughHalt,
  'retried across a halt': retriedAcrossHalt,
  'model fails': modelFails,
  'lost under a later epoch': lostUnderLaterEpoch,
  'operator falls silent': operatorFallsSilent,
  'stream under halts': streamUnderHalts,
  'keys change': keysChange,
  'targets are halted': targetsHalted,
  'models are replaced': modelsReplaced,
  'halted over what Redis forgot': haltedOverForgotten,
  'reduced beside a halt': reducedBesideHalt,
  'market data fails': marketDataFails,
  'overrides are used': overridesAreUsed,
  'machine sleeps': machineSleeps,
  "an operator's key changes": operatorsKeyChanges,
  'seeded too late': seededTooLate,
} satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;

const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];
const directedShare = 0.1;

/** The first that a run draws; undefined for most, which take what comes. */
export const drawScenario = (draw: Draw): ScenarioName | undefined =>
  draw.chance(directedShare) ? draw.pick(scenarioNames) : undefined;

export const scenarioOf = (seed: number): ScenarioName | undefined => drawScenario(new Draw(seed));
