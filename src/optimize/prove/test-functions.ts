import { cos } from '../../core/cos.ts';
import { exp } from '../../core/exp.ts';
import type { Space } from '../search/space.ts';

/** A function to minimise whose least value is known. */
export interface TestFunction {
  readonly name: string;
  readonly bounds: readonly (readonly [low: number, high: number])[];
  readonly minimum: number;
  valueAt(x: readonly number[]): number;
}

/** Every dimension a float parameter x0, x1, … on a linear scale. */
export function spaceOf({ bounds }: TestFunction): Space {
  return Object.fromEntries(
    bounds.map(([low, high], i) => [`x${i}`, { kind: 'float', low, high, scale: 'linear' }]),
  );
}

const cube = (dimensions: number, low: number, high: number): TestFunction['bounds'] =>
  Array.from({ length: dimensions }, () => [low, high]);

const sumOver = (x: readonly number[], term: (value: number, i: number) => number): number =>
  x.reduce((sum, value, i) => sum + term(value, i), 0);

const TWO_PI = 2 * Math.PI;

/** Branin and Hoo (1972); Dixon and Szegö, Towards Global Optimisation 2 (1978). Three minima. */
function branin([x0 = 0, x1 = 0]: readonly number[]): number {
  const bend = x1 - (5.1 / (PI * PI * 4)) * x0 * x0 + (5 / PI) * x0 - 6;
  return bend * bend + 10 * (1 - 1 / (8 * PI)) * cos(x0) + 10;
}

const PI = Math.PI;

/** Hartmann (1973), as in Dixon and Szegö (1978): −Σ αᵢ · exp(−Σ Aᵢⱼ · (xⱼ − Pᵢⱼ)²). */
function hartmann(
  x: readonly number[],
  steepness: readonly (readonly number[])[],
  wells: readonly (readonly number[])[],
): number {
  return -sumOver(HARTMANN_DEPTHS, (depth, i) => {
    const exponent = sumOver(x, (value, j) => {
      const distance = value - (wells[i]?.[j] ?? NaN) * 1e-4;
      return (steepness[i]?.[j] ?? NaN) * distance * distance;
    });
    return depth * exp(-exponent);
  });
}

const HARTMANN_DEPTHS = [1, 1.2, 3, 3.2];

const HARTMANN3_STEEPNESS = [
  [3, 10, 30],
  [0.1, 10, 35],
  [3, 10, 30],
  [0.1, 10, 35],
];
/** In 10⁻⁴. */
const HARTMANN3_WELLS = [
  [3689, 1170, 2673],
  [4699, 4387, 7470],
  [1091, 8732, 5547],
  [381, 5743, 8828],
];

const HARTMANN6_STEEPNESS = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
/** In 10⁻⁴. */
const HARTMANN6_WELLS = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];

/** H. H. Rosenbrock (1960), summed over neighbours. */
function rosenbrock(x: readonly number[]): number {
  return sumOver(x.slice(1), (next, i) => {
    const value = x[i] as number;
    const bend = next - value * value;
    return 100 * bend * bend + (1 - value) * (1 - value);
  });
}

/** D. H. Ackley (1987), with a = 20, b = 0.2, c = 2π. */
function ackley(x: readonly number[]): number {
  const radius = Math.sqrt(sumOver(x, (value) => value * value) / x.length);
  const ripple = sumOver(x, (value) => cos(TWO_PI * value)) / x.length;
  return -20 * exp(-0.2 * radius) - exp(ripple) + 20 + exp(1);
}

/** L. A. Rastrigin (1974), with A = 10. */
const rastrigin = (x: readonly number[]): number =>
  10 * x.length + sumOver(x, (value) => value * value - 10 * cos(TWO_PI * value));

const sphere = (x: readonly number[]): number => sumOver(x, (value) => value * value);

/** The eight of `datasets/optuna-regret.csv`, by its names. */
export const testFunctions: readonly TestFunction[] = [
  {
    name: 'branin2',
    bounds: [
      [-5, 10],
      [0, 15],
    ],
    minimum: 0.39788735772973816,
    valueAt: branin,
  },
  {
    name: 'hartmann3',
    bounds: cube(3, 0, 1),
    minimum: -3.862782147820756,
    valueAt: (x) => hartmann(x, HARTMANN3_STEEPNESS, HARTMANN3_WELLS),
  },
  {
    name: 'hartmann6',
    bounds: cube(6, 0, 1),
    minimum: -3.322368011415514,
    valueAt: (x) => hartmann(x, HARTMANN6_STEEPNESS, HARTMANN6_WELLS),
  },
  { name: 'rosenbrock2', bounds: cube(2, -5, 10), minimum: 0, valueAt: rosenbrock },
  { name: 'rosenbrock5', bounds: cube(5, -5, 10), minimum: 0, valueAt: rosenbrock },
  { name: 'ackley5', bounds: cube(5, -32.768, 32.768), minimum: 0, valueAt: ackley },
  { name: 'rastrigin4', bounds: cube(4, -5.12, 5.12), minimum: 0, valueAt: rastrigin },
  { name: 'sphere10', bounds: cube(10, -5, 5), minimum: 0, valueAt: sphere },
];
