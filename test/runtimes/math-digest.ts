import { exp } from '../../src/core/exp.ts';
import { log } from '../../src/core/log.ts';
import { log1p } from '../../src/core/log1p.ts';
import { pow } from '../../src/core/pow.ts';
import { tanh } from '../../src/core/tanh.ts';

/** For each deterministic function 16 hex digits that stand for the bits of all its results. */
export type MathDigest = Readonly<Record<'exp' | 'log' | 'log1p' | 'pow' | 'tanh', string>>;

/**
 * Evaluates every deterministic function on `count` arguments inside its domain, drawn from `seed` without any
 * platform's randomness or transcendentals. Two runtimes with equal digests agree on every bit, but for a chance
 * of 2⁻⁶⁴.
 */
export function digestOfMath(count: number, seed: number): MathDigest {
  return {
    exp: digestOf(count, seed, 1024, (x) => exp(x)),
    log: digestOf(count, seed, 1024, (x) => log(Math.abs(x))),
    log1p: digestOf(count, seed, 1024, (x) => log1p(x < -1 ? 1 / x : x)),
    pow: digestOf(count, seed, 64, (x, y) => pow(Number.isInteger(y) ? x : Math.abs(x), y)),
    tanh: digestOf(count, seed, 32, (x) => tanh(x)),
  };
}

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

type MathFunction = (x: number, y: number) => number;

function digestOf(count: number, seed: number, span: number, evaluate: MathFunction): string {
  const draw = createDraw(seed, span);
  let left = 0x243f6a88;
  let right = 0x85a308d3;
  for (let index = 0; index < count; index++) {
    const result = evaluate(draw(), draw());
    // Engines may give NaNs different bits.
    float[0] = Number.isNaN(result) ? 2 : result;
    left = Math.imul(left ^ (words[0] as number), 0x9e3779b1);
    right = Math.imul(right ^ (words[1] as number) ^ (left >>> 15), 0x85ebca77);
    left ^= right >>> 13;
  }
  return hex(left) + hex(right);
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');

/** Where algorithms change branch or results leave the normal range; the draw takes their neighbours too. */
const landmarks = [
  0,
  1,
  -1,
  0.5,
  2,
  0.25,
  0.005,
  -0.005,
  20,
  709.782712893384,
  710,
  -745.1332191019412,
  -746,
  -708.3964185322641,
  0.706,
  1.411,
  2.2250738585072014e-308,
  5e-324,
  1.7976931348623157e308,
  5.551115123125783e-17,
  1024,
  -1074,
  3,
  -3,
  9007199254740991,
  9007199254740994,
  1.8446744073709552e19,
  2.710505431213761e-20,
  Number.POSITIVE_INFINITY,
];

/**
 * Arguments of seven kinds in turn: uniform in ±span; any 64 bits, twice (uniform over exponents); uniform in
 * [0, 2); near a landmark; a multiple of half a step of the exponential's table; a whole number. Seven is odd, so
 * both arguments of a pair meet every kind.
 */
function createDraw(seed: number, span: number): () => number {
  const next = createIntegers(seed);
  const uniform = (limit: number) => ((next() * 0x200000 + (next() >>> 11)) / 0x10000000000000) * limit;
  let kind = 0;
  return () => {
    kind = (kind + 1) % 7;
    switch (kind) {
      case 0:
        return uniform(span) * (next() & 1 ? 1 : -1);
      case 1:
      case 2:
        words[0] = next();
        words[1] = next();
        return float[0] as number;
      case 3:
        return uniform(2);
      case 4:
        float[0] = landmarks[next() % landmarks.length] as number;
        words[0] = (words[0] as number) ^ (next() & 0x1f);
        return float[0];
      case 5:
        return ((next() & 0x3ffff) - 0x20000) * 0.0027076061741126978;
      default:
        return (next() & 0x7ff) - 0x400;
    }
  };
}

/** sfc32 (C. Doty-Humphrey, PractRand): u32s with a period of about 2¹²⁸. */
function createIntegers(seed: number): () => number {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x7f4a7c15 | 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let index = 0; index < 16; index++) next();
  return next;
}
