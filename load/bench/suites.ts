import { coldDecision } from './cold/cold-decision-suite.ts';
import { http } from './http/suite.ts';
import { coldInference } from './inference/cold-suite.ts';
import { inference } from './inference/warm-suite.ts';
import { log } from './log/suite.ts';
import { many } from './many/suite.ts';
import { microSuite } from './micro/micro-suite.ts';
import type { Suite } from './suite.ts';

/** Every suite, in the order in which `npm run bench` runs them all. */
export const suites: readonly Suite[] = [
  microSuite('math', "Deterministic math, beside the engine's own"),
  microSuite('hash', "Hashes and canonical JSON, beside the engine's own"),
  microSuite('features', 'Bars to features'),
  microSuite('telemetry', 'Telemetry'),
  microSuite('cache', 'A cache of scores, beside the model that it would save'),
  microSuite('control', 'The permit of a warm isolate'),
  inference,
  coldInference,
  coldDecision,
  http,
  many,
  log,
];
