import { exp } from '../../../src/core/exp.ts';
import { log } from '../../../src/core/log.ts';
import { pow } from '../../../src/core/pow.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { tanh } from '../../../src/core/tanh.ts';
import type { MicroCase } from './micro-case.ts';

/** A power of two, so that the index wraps by a mask. */
const ARGUMENTS = 1024;

/** The deterministic functions of core, each beside the engine's own, on arguments as inference and features have. */
export const mathCases: readonly MicroCase[] = [
  ...pair('exp', exp, Math.exp, -20, 20),
  ...pair('log', log, Math.log, 1e-6, 4),
  ...pair('tanh', tanh, Math.tanh, -4, 4),
  ...pair(
    'pow',
    (x) => pow(x, 1.7),
    (x) => x ** 1.7,
    1e-3,
    1e3,
  ),
];

function pair(
  name: string,
  ours: (x: number) => number,
  engines: (x: number) => number,
  from: number,
  to: number,
): readonly MicroCase[] {
  return [
    { name, baseline: `Math.${name}`, prepare: () => over(ours, from, to) },
    { name: `Math.${name}`, baseline: null, prepare: () => over(engines, from, to) },
  ];
}

function over(operation: (x: number) => number, from: number, to: number): (index: number) => number {
  const random = new SeededRandom(1);
  const xs = Float64Array.from({ length: ARGUMENTS }, () => from + (to - from) * random.uniform());
  return (index) => operation(xs[index & (ARGUMENTS - 1)] as number);
}
