import { cacheCases } from './cache-cases.ts';
import { controlCases } from './control-cases.ts';
import { featuresCases } from './features-cases.ts';
import { hashCases } from './hash-cases.ts';
import { mathCases } from './math-cases.ts';
import type { MicroCase } from './micro-case.ts';
import { telemetryCases } from './telemetry-cases.ts';

/** The micro suites by name. A new one needs its cases, a line here, and its title in ../suites.ts. */
export const microCases = {
  math: mathCases,
  hash: hashCases,
  features: featuresCases,
  telemetry: telemetryCases,
  cache: cacheCases,
  control: controlCases,
} as const satisfies Record<string, readonly MicroCase[]>;

export type MicroSuiteName = keyof typeof microCases;
