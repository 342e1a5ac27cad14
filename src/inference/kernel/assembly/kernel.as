// The generic inference kernel. It runs a program (`compile-graph.ts` makes it) over the rows of one tile:
// instructions in 32-bit words, numbers in `opcodes.ts`. Values lie row-major without gaps, each in a place of the
// scratch memory with room for a whole vector behind it, so loops over all values of a tile need no tail.
//
// Every f32 operation is rounded on its own and in the order of onnxruntime-web 1.30; no relaxed instruction is used.
import * as op from './opcodes';

/** First byte that is free for scratch memory and programs. */
export function freeFrom(): usize {
  return (__heap_base + 15) & ~15;
}

@inline function word(at: usize, index: i32): i32 {
  return load<i32>(at + (<usize>index << 2));
}

@inline function number(at: usize, index: i32): f32 {
  return load<f32>(at + (<usize>index << 2));
}

/** Runs the program over `rows` rows of its input, which its caller has put in place. */
export function run(program: usize, scratch: usize, rows: i32): void {
  let at = program;
  while (true) {
    const code = word(at, 0);
    const to = scratch + word(at, 1);
    const from = scratch + word(at, 2);
    const width = word(at, 3);
    switch (code) {
      case op.gather:
        gather(to, from, width, program + word(at, 4), word(at, 5), rows);
        at += 6 * 4;
        break;
      case op.copyColumns:
        copyColumns(to, from, width, word(at, 4), word(at, 5), word(at, 6), word(at, 7), rows);
        at += 8 * 4;
        break;
      case op.addValues:
      case op.subtractValues:
      case op.multiplyValues:
      case op.divideValues:
        withValues(code, to, from, scratch + width, rows * word(at, 4));
        at += 5 * 4;
        break;
      case op.addData:
      case op.subtractData:
      case op.subtractFromData:
      case op.multiplyData:
      case op.divideData:
      case op.divideDataBy:
        withData(code, to, from, program + width, rows * word(at, 4), word(at, 5));
        at += 6 * 4;
        break;
      case op.clip:
        clip(to, from, rows * width, number(at, 4), number(at, 5));
        at += 6 * 4;
        break;
      case op.relu:
        relu(to, from, rows * width);
        at += 4 * 4;
        break;
      case op.sigmoid:
        sigmoid(to, from, rows * width);
        at += 4 * 4;
        break;
      case op.tanh:
        tanh(to, from, rows * width);
        at += 4 * 4;
        break;
      case op.softmax:
        softmax(to, from, width, rows);
        at += 4 * 4;
        break;
      case op.argMax:
        argMax(to, from, width, rows);
        at += 4 * 4;
        break;
      case op.normalizeMax:
      case op.normalizeL1:
      case op.normalizeL2:
        normalize(code, to, from, width, rows);
        at += 4 * 4;
        break;
      case op.product:
        product(to, from, width, word(at, 4), program + word(at, 5), program + word(at, 6), word(at, 7), rows);
        at += 8 * 4;
        break;
      case op.heapTrees:
        heapTrees(false, to, from, width, word(at, 4), program + word(at, 5), rows);
        at += 6 * 4;
        break;
      case op.heapTreesMissing:
        heapTrees(true, to, from, width, word(at, 4), program + word(at, 5), rows);
        at += 6 * 4;
        break;
      case op.linkedTrees:
        linkedTrees(
          to, from, width, word(at, 4), program + word(at, 5), program + word(at, 6), word(at, 7), word(at, 8), rows,
        );
        at += 9 * 4;
        break;
      case op.mlLogistic:
        mlLogistic(to, from, rows * width);
        at += 4 * 4;
        break;
      case op.mlSoftmax:
        mlSoftmax(to, from, width, rows);
        at += 4 * 4;
        break;
      case op.dynamicProduct:
        dynamicProduct(
          to, from, width, word(at, 4), program + word(at, 5), program + word(at, 6), program + word(at, 7), rows,
        );
        at += 8 * 4;
        break;
      case op.quantize:
        quantize(to, from, rows * width, number(at, 4), <f32>word(at, 5), <f32>word(at, 6));
        at += 7 * 4;
        break;
      case op.integerProduct:
        integerProduct(
          to, from, width, word(at, 4), program + word(at, 5), word(at, 6), program + word(at, 7), rows,
        );
        at += 8 * 4;
        break;
      default:
        return;
    }
  }
}

function gather(to: usize, from: usize, fromWidth: i32, columns: usize, width: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      store<f32>(to + (<usize>i << 2), load<f32>(from + (<usize>word(columns, i) << 2)));
    }
    to += <usize>width << 2;
    from += <usize>fromWidth << 2;
  }
}

function copyColumns(
  to: usize, from: usize, fromWidth: i32, fromColumn: i32, toWidth: i32, toColumn: i32, width: i32, rows: i32,
): void {
  to += <usize>toColumn << 2;
  from += <usize>fromColumn << 2;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      store<f32>(to + (<usize>i << 2), load<f32>(from + (<usize>i << 2)));
    }
    to += <usize>toWidth << 2;
    from += <usize>fromWidth << 2;
  }
}

@inline function apply(code: i32, a: v128, b: v128): v128 {
  if (code == op.addValues) return f32x4.add(a, b);
  if (code == op.subtractValues) return f32x4.sub(a, b);
  if (code == op.multiplyValues) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

@inline function valuesLoop(code: i32, to: usize, a: usize, b: usize, count: i32): void {
  for (let end = to + (<usize>count << 2); to < end; to += 16) {
    v128.store(to, apply(code, v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
}

function withValues(code: i32, to: usize, a: usize, b: usize, count: i32): void {
  if (code == op.addValues) valuesLoop(op.addValues, to, a, b, count);
  else if (code == op.subtractValues) valuesLoop(op.subtractValues, to, a, b, count);
  else if (code == op.multiplyValues) valuesLoop(op.multiplyValues, to, a, b, count);
  else valuesLoop(op.divideValues, to, a, b, count);
}

@inline function dataLoop(code: i32, isReversed: bool, to: usize, a: usize, data: usize, count: i32, length: i32): void {
  const end = to + (<usize>count << 2);
  if (length == 4) {
    const b = v128.load(data);
    for (; to < end; to += 16) {
      const x = v128.load(a);
      v128.store(to, isReversed ? apply(code, b, x) : apply(code, x, b));
      a += 16;
    }
    return;
  }
  const dataEnd = data + (<usize>length << 2);
  while (to < end) {
    for (let b = data; b < dataEnd; b += 16) {
      if (to >= end) return;
      const x = v128.load(a);
      const y = v128.load(b);
      v128.store(to, isReversed ? apply(code, y, x) : apply(code, x, y));
      a += 16;
      to += 16;
    }
  }
}

function withData(code: i32, to: usize, a: usize, data: usize, count: i32, length: i32): void {
  if (code == op.addData) dataLoop(op.addValues, false, to, a, data, count, length);
  else if (code == op.subtractData) dataLoop(op.subtractValues, false, to, a, data, count, length);
  else if (code == op.subtractFromData) dataLoop(op.subtractValues, true, to, a, data, count, length);
  else if (code == op.multiplyData) dataLoop(op.multiplyValues, false, to, a, data, count, length);
  else if (code == op.divideData) dataLoop(op.divideValues, false, to, a, data, count, length);
  else dataLoop(op.divideValues, true, to, a, data, count, length);
}

/** min(max(x, low), high); of two zeros x, whatever its sign. */
function clip(to: usize, from: usize, count: i32, low: f32, high: f32): void {
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  for (let end = to + (<usize>count << 2); to < end; to += 16) {
    v128.store(to, f32x4.pmin(f32x4.pmax(v128.load(from), lows), highs));
    from += 16;
  }
}

/** 0 for x < 0, else x, which may be −0 or NaN. */
function relu(to: usize, from: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let end = to + (<usize>count << 2); to < end; to += 16) {
    v128.store(to, f32x4.pmax(v128.load(from), zero));
    from += 16;
  }
}

@inline function step(value: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(value, x), f32x4.splat(coefficient));
}

/**
 * 1 ÷ (1 + e⁻ˣ) by the rational fit of MLAS on [−18, 18], constant beyond: within 1.5·10⁻⁷ of it, NaN for NaN.
 */
function sigmoid(to: usize, from: usize, count: i32): void {
  for (let end = to + (<usize>count << 2); to < end; to += 16) {
    const x = f32x4.min(f32x4.max(v128.load(from), f32x4.splat(-18)), f32x4.splat(18));
    const square = f32x4.mul(x, x);
    let p = step(f32x4.splat(4.37031012579801e-11), square, 1.15627324459942e-7);
    p = step(p, square, 6.08574864600143e-5);
    p = step(p, square, 8.51377133304701e-3);
    p = step(p, square, 2.48287947061529e-1);
    p = f32x4.mul(p, x);
    let q = step(f32x4.splat(6.10247389755681e-13), square, 5.76102136993427e-9);
    q = step(q, square, 6.2910678501704e-6);
    q = step(q, square, 1.70198817374094e-3);
    q = step(q, square, 1.16817656904453e-1);
    q = step(q, square, 9.9315192102318e-1);
    const fit = f32x4.add(f32x4.div(p, q), f32x4.splat(0.5));
    v128.store(to, f32x4.min(f32x4.max(fit, f32x4.splat(0)), f32x4.splat(1)));
    from += 16;
  }
}

/** tanh x by the rational fit of MLAS on [−9, 9], constant beyond: within 3·10⁻⁷ of it, NaN for NaN. */
function tanh(to: usize, from: usize, count: i32): void {
  for (let end = to + (<usize>count << 2); to < end; to += 16) {
    const x = f32x4.min(f32x4.max(v128.load(from), f32x4.splat(-9)), f32x4.splat(9));
    const square = f32x4.mul(x, x);
    let p = step(f32x4.splat(-2.76076847742355e-16), square, 2.00018790482477e-13);
    p = step(p, square, -8.60467152213735e-11);
    p = step(p, square, 5.12229709037114e-8);
    p = step(p, square, 1.48572235717979e-5);
    p = step(p, square, 6.37261928875436e-4);
    p = step(p, square, 4.89352455891786e-3);
    p = f32x4.mul(p, x);
    let q = step(f32x4.splat(1.19825839466702e-6), square, 1.18534705686654e-4);
    q = step(q, square, 2.268434632439e-3);
    q = step(q, square, 4.89352518554385e-3);
    v128.store(to, f32x4.div(p, q));
    from += 16;
  }
}

/**
 * eˣ for x ≤ 0 by MLAS: 2ⁿ times a polynomial of degree 6 on the rest, which lies within ±½ ln 2; held at
 * x = −88.38 below. Within 2 ulp of it.
 */
@inline function expOfNegative(value: v128): v128 {
  let x = f32x4.max(value, f32x4.splat(-88.3762626647949));
  const bias = f32x4.splat(12582912);
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), bias);
  const n = f32x4.sub(shifted, bias);
  x = f32x4.add(f32x4.mul(n, f32x4.splat(-6.93145752e-1)), x);
  x = f32x4.add(f32x4.mul(n, f32x4.splat(-1.42860677e-6)), x);
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000));
  let p = step(f32x4.splat(reinterpret<f32>(0x3ab4a000)), x, reinterpret<f32>(0x3c092f6e));
  p = step(p, x, reinterpret<f32>(0x3d2aadad));
  p = step(p, x, reinterpret<f32>(0x3e2aaa28));
  p = step(p, x, reinterpret<f32>(0x3efffffb));
  p = step(p, x, 1);
  p = step(p, x, 1);
  return f32x4.mul(p, power);
}

/** e^(x − max) ÷ Σ along a row, as MLAS: four running sums, folded crosswise, then the last columns one by one. */
function softmax(to: usize, from: usize, width: i32, rows: i32): void {
  const wide = width & ~3;
  for (let row = 0; row < rows; row++) {
    let greatest = load<f32>(from);
    for (let i = 1; i < width; i++) greatest = max(greatest, load<f32>(from + (<usize>i << 2)));
    const greatests = f32x4.splat(greatest);
    let sums = f32x4.splat(0);
    for (let i = 0; i < wide; i += 4) {
      const at = <usize>i << 2;
      const exponential = expOfNegative(f32x4.sub(v128.load(from + at), greatests));
      sums = f32x4.add(sums, exponential);
      v128.store(to + at, exponential);
    }
    let sum =
      f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 2) +
      (f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 3));
    for (let i = wide; i < width; i++) {
      const at = <usize>i << 2;
      const exponential = f32x4.extract_lane(expOfNegative(f32x4.splat(load<f32>(from + at) - greatest)), 0);
      sum += exponential;
      store<f32>(to + at, exponential);
    }
    const scale: f32 = 1 / sum;
    for (let i = 0; i < width; i++) {
      const at = to + (<usize>i << 2);
      store<f32>(at, load<f32>(at) * scale);
    }
    from += <usize>width << 2;
    to += <usize>width << 2;
  }
}

/** The first column with the greatest value of a row, as f32. */
function argMax(to: usize, from: usize, width: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    let best = 0;
    let greatest = load<f32>(from);
    for (let i = 1; i < width; i++) {
      const value = load<f32>(from + (<usize>i << 2));
      if (value > greatest) {
        greatest = value;
        best = i;
      }
    }
    store<f32>(to, <f32>best);
    from += <usize>width << 2;
    to += 4;
  }
}

/** x ÷ max x, x ÷ Σ|x| or ±√(x² ÷ Σx²) along a row; a row with the norm 0 stays. The greatest is at least the least f32. */
function normalize(code: i32, to: usize, from: usize, width: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    let total: f32 = code == op.normalizeMax ? -f32.MAX_VALUE : 0;
    for (let i = 0; i < width; i++) {
      const x = load<f32>(from + (<usize>i << 2));
      if (code == op.normalizeMax) total = x > total ? x : total;
      else if (code == op.normalizeL1) total += abs(x);
      else total += x * x;
    }
    for (let i = 0; i < width; i++) {
      const at = <usize>i << 2;
      const x = load<f32>(from + at);
      if (total == 0) store<f32>(to + at, x);
      else if (code != op.normalizeL2) store<f32>(to + at, x / total);
      else store<f32>(to + at, copysign<f32>(sqrt(x * x / total), x < 0 ? -1 : 1));
    }
    from += <usize>width << 2;
    to += <usize>width << 2;
  }
}

/**
 * x · w + b, each product and each sum rounded to f32, in the order of the inputs: so many of them (`block`) are summed on
 * their own before they are added to what was there.
 */
function product(
  to: usize, from: usize, inputs: i32, outputs: i32, weights: usize, bias: usize, block: i32, rows: i32,
): void {
  const padded = (outputs + 3) & ~3;
  const stride = <usize>padded << 2;
  for (let first = 0; first < inputs; first += block) {
    const count = min(block, inputs - first);
    const isFirst = first == 0;
    if (outputs == 1) columnProduct(to, from, inputs, first, count, weights, bias, isFirst, rows);
    else {
      let row = 0;
      for (; row + 4 <= rows; row += 4) {
        fourRows(
          to + (<usize>(row * outputs) << 2), from + (<usize>(row * inputs + first) << 2), inputs, outputs, count,
          weights + <usize>first * stride, stride, bias, isFirst,
        );
      }
      for (; row < rows; row++) {
        oneRow(
          to + (<usize>(row * outputs) << 2), from + (<usize>(row * inputs + first) << 2), outputs, count,
          weights + <usize>first * stride, stride, bias, isFirst,
        );
      }
    }
  }
}

/** One output: a chain of sums a row, four of them side by side. Weights are 16 bytes apart. */
function columnProduct(
  to: usize, from: usize, inputs: i32, first: i32, count: i32, weights: usize, bias: usize, isFirst: bool, rows: i32,
): void {
  const start = load<f32>(bias);
  const rowBytes = <usize>inputs << 2;
  from += <usize>first << 2;
  weights += <usize>first << 4;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    let a: f32 = 0;
    let b: f32 = 0;
    let c: f32 = 0;
    let d: f32 = 0;
    let x = from;
    let w = weights;
    for (let i = 0; i < count; i++) {
      const factor = load<f32>(w);
      a += load<f32>(x) * factor;
      b += load<f32>(x + rowBytes) * factor;
      c += load<f32>(x + 2 * rowBytes) * factor;
      d += load<f32>(x + 3 * rowBytes) * factor;
      x += 4;
      w += 16;
    }
    store<f32>(to, (isFirst ? start : load<f32>(to)) + a);
    store<f32>(to, (isFirst ? start : load<f32>(to, 4)) + b, 4);
    store<f32>(to, (isFirst ? start : load<f32>(to, 8)) + c, 8);
    store<f32>(to, (isFirst ? start : load<f32>(to, 12)) + d, 12);
    to += 16;
    from += 4 * rowBytes;
  }
  for (; row < rows; row++) {
    let sum: f32 = 0;
    for (let i = 0; i < count; i++) {
      sum += load<f32>(from + (<usize>i << 2)) * load<f32>(weights + (<usize>i << 4));
    }
    store<f32>(to, (isFirst ? start : load<f32>(to)) + sum);
    to += 4;
    from += rowBytes;
  }
}

@inline function accumulate(sum: v128, factor: v128, weights: v128): v128 {
  return f32x4.add(sum, f32x4.mul(factor, weights));
}

/** Adds the sums of up to four columns to what was there; nothing is written behind a row's last column. */
@inline function finish(to: usize, sum: v128, bias: usize, isFirst: bool, columns: i32): void {
  const total = f32x4.add(isFirst ? v128.load(bias) : v128.load(to), sum);
  if (columns >= 4) {
    v128.store(to, total);
    return;
  }
  store<f32>(to, f32x4.extract_lane(total, 0));
  if (columns > 1) store<f32>(to, f32x4.extract_lane(total, 1), 4);
  if (columns > 2) store<f32>(to, f32x4.extract_lane(total, 2), 8);
}

function oneRow(
  to: usize, from: usize, outputs: i32, count: i32, weights: usize, stride: usize, bias: usize, isFirst: bool,
): void {
  let column = 0;
  for (; column + 16 <= outputs; column += 16) {
    const at = <usize>column << 2;
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let w = weights + at;
    for (let x = from, end = from + (<usize>count << 2); x < end; x += 4) {
      const factor = v128.load32_splat(x);
      a = accumulate(a, factor, v128.load(w));
      b = accumulate(b, factor, v128.load(w, 16));
      c = accumulate(c, factor, v128.load(w, 32));
      d = accumulate(d, factor, v128.load(w, 48));
      w += stride;
    }
    finish(to + at, a, bias + at, isFirst, 4);
    finish(to + at + 16, b, bias + at + 16, isFirst, 4);
    finish(to + at + 32, c, bias + at + 32, isFirst, 4);
    finish(to + at + 48, d, bias + at + 48, isFirst, 4);
  }
  for (; column < outputs; column += 4) {
    const at = <usize>column << 2;
    let a = f32x4.splat(0);
    let w = weights + at;
    for (let x = from, end = from + (<usize>count << 2); x < end; x += 4) {
      a = accumulate(a, v128.load32_splat(x), v128.load(w));
      w += stride;
    }
    finish(to + at, a, bias + at, isFirst, outputs - column);
  }
}

function fourRows(
  to: usize, from: usize, inputs: i32, outputs: i32, count: i32, weights: usize, stride: usize, bias: usize,
  isFirst: bool,
): void {
  const rowBytes = <usize>inputs << 2;
  const toBytes = <usize>outputs << 2;
  let column = 0;
  for (; column + 8 <= outputs; column += 8) {
    const at = <usize>column << 2;
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0);
    let c1 = f32x4.splat(0);
    let d0 = f32x4.splat(0);
    let d1 = f32x4.splat(0);
    let w = weights + at;
    for (let x = from, end = from + (<usize>count << 2); x < end; x += 4) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let factor = v128.load32_splat(x);
      a0 = accumulate(a0, factor, w0);
      a1 = accumulate(a1, factor, w1);
      factor = v128.load32_splat(x + rowBytes);
      b0 = accumulate(b0, factor, w0);
      b1 = accumulate(b1, factor, w1);
      factor = v128.load32_splat(x + 2 * rowBytes);
      c0 = accumulate(c0, factor, w0);
      c1 = accumulate(c1, factor, w1);
      factor = v128.load32_splat(x + 3 * rowBytes);
      d0 = accumulate(d0, factor, w0);
      d1 = accumulate(d1, factor, w1);
      w += stride;
    }
    const y = to + at;
    const z = bias + at;
    finish(y, a0, z, isFirst, 4);
    finish(y + 16, a1, z + 16, isFirst, 4);
    finish(y + toBytes, b0, z, isFirst, 4);
    finish(y + toBytes + 16, b1, z + 16, isFirst, 4);
    finish(y + 2 * toBytes, c0, z, isFirst, 4);
    finish(y + 2 * toBytes + 16, c1, z + 16, isFirst, 4);
    finish(y + 3 * toBytes, d0, z, isFirst, 4);
    finish(y + 3 * toBytes + 16, d1, z + 16, isFirst, 4);
  }
  for (; column < outputs; column += 4) {
    const at = <usize>column << 2;
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let w = weights + at;
    for (let x = from, end = from + (<usize>count << 2); x < end; x += 4) {
      const w0 = v128.load(w);
      a = accumulate(a, v128.load32_splat(x), w0);
      b = accumulate(b, v128.load32_splat(x + rowBytes), w0);
      c = accumulate(c, v128.load32_splat(x + 2 * rowBytes), w0);
      d = accumulate(d, v128.load32_splat(x + 3 * rowBytes), w0);
      w += stride;
    }
    const columns = outputs - column;
    const y = to + at;
    const z = bias + at;
    finish(y, a, z, isFirst, columns);
    finish(y + toBytes, b, z, isFirst, columns);
    finish(y + 2 * toBytes, c, z, isFirst, columns);
    finish(y + 3 * toBytes, d, z, isFirst, columns);
  }
}

/** How far into the splits of four trees each tree's stands, as types: a load's own offset has to be a constant. */
@unmanaged class Lane0 {}
@unmanaged class Lane1 { before: f64; }
@unmanaged class Lane2 extends Lane1 { second: f64; }
@unmanaged class Lane3 extends Lane2 { third: f64; }

/**
 * The place after a split in a tree whose children stand at 2i + 1 and 2i + 2. NaN goes right, or as bit 0 says. The splits
 * of four trees stand side by side, 8 bytes each.
 */
@inline function child<Lane>(hasMissing: bool, x: usize, nodes: usize, place: usize): usize {
  const node = nodes + (place << 5);
  const column = load<u32>(node, offsetof<Lane>() + 4);
  if (hasMissing) {
    const value = load<f32>(x + (column & ~3));
    const isLeft = i32(value <= load<f32>(node, offsetof<Lane>())) | (i32(value != value) & column);
    return (place << 1) + 2 - (isLeft & 1);
  }
  return (place << 1) + 1 + <usize>i32(!(load<f32>(x + column) <= load<f32>(node, offsetof<Lane>())));
}

/** Adds the leaves of four trees, one after the other. */
@inline function addLeaves(to: usize, leaves: usize, i: usize, j: usize, k: usize, l: usize): void {
  let sum = load<f32>(to);
  sum += load<f32>(leaves + (i << 4));
  sum += load<f32>(leaves + (j << 4), 4);
  sum += load<f32>(leaves + (k << 4), 8);
  sum += load<f32>(leaves + (l << 4), 12);
  store<f32>(to, sum);
}

/**
 * Sums of leaves by trees that are padded to one depth in each group of four: {depth, bytes of all}, the splits
 * {threshold f32, byte offset of the column}, the 2^depth leaves; of four trees side by side. Summed in the order of the
 * trees. Two rows are walked at once, so that eight chains of loads hide each other's waiting.
 */
@inline function heapTrees(
  hasMissing: bool, to: usize, from: usize, width: i32, groups: i32, data: usize, rows: i32,
): void {
  const rowBytes = <usize>width << 2;
  for (let row = 0; row < rows; row++) store<f32>(to + (<usize>row << 2), 0);
  for (let group = 0; group < groups; group++) {
    const depth = word(data, 0);
    const bytes = word(data, 1);
    const splits: usize = (<usize>1 << depth) - 1;
    const a = data + 8;
    // A leaf's place is counted from the root, so the splits before it are taken off here.
    const leaves = a + (splits << 5) - (splits << 4);
    let x = from;
    let at = to;
    let row = 0;
    for (; row + 2 <= rows; row += 2) {
      const y = x + rowBytes;
      let i: usize = 0;
      let j: usize = 0;
      let k: usize = 0;
      let l: usize = 0;
      let m: usize = 0;
      let n: usize = 0;
      let o: usize = 0;
      let p: usize = 0;
      for (let level = 0; level < depth; level++) {
        i = child<Lane0>(hasMissing, x, a, i);
        j = child<Lane1>(hasMissing, x, a, j);
        k = child<Lane2>(hasMissing, x, a, k);
        l = child<Lane3>(hasMissing, x, a, l);
        m = child<Lane0>(hasMissing, y, a, m);
        n = child<Lane1>(hasMissing, y, a, n);
        o = child<Lane2>(hasMissing, y, a, o);
        p = child<Lane3>(hasMissing, y, a, p);
      }
      addLeaves(at, leaves, i, j, k, l);
      addLeaves(at + 4, leaves, m, n, o, p);
      x += 2 * rowBytes;
      at += 8;
    }
    if (row < rows) {
      let i: usize = 0;
      let j: usize = 0;
      let k: usize = 0;
      let l: usize = 0;
      for (let level = 0; level < depth; level++) {
        i = child<Lane0>(hasMissing, x, a, i);
        j = child<Lane1>(hasMissing, x, a, j);
        k = child<Lane2>(hasMissing, x, a, k);
        l = child<Lane3>(hasMissing, x, a, l);
      }
      addLeaves(at, leaves, i, j, k, l);
    }
    data += bytes;
  }
}

/**
 * Any trees: a node is {threshold f32, byte offset of the column × 4 + the cases that are true, true node, false node}; the
 * cases are less, equal, greater and unordered, by bit. A leaf has −1 for the second and its row of weights for the third.
 */
function linkedTrees(
  to: usize, from: usize, width: i32, trees: i32, roots: usize, leaves: usize, targets: i32, aggregate: i32, rows: i32,
): void {
  const start: f32 = aggregate == 0 ? 0 : aggregate == 1 ? Infinity : -Infinity;
  for (let i = 0; i < rows * targets; i++) store<f32>(to + (<usize>i << 2), start);
  for (let tree = 0; tree < trees; tree++) {
    const root = roots + word(roots, tree);
    let x = from;
    let y = to;
    for (let row = 0; row < rows; row++) {
      let node = root;
      while (true) {
        const test = word(node, 1);
        if (test == -1) break;
        const value = load<f32>(x + (<usize>(<u32>test >> 4) << 2));
        const threshold = load<f32>(node);
        const outcome = value != value ? 3 : i32(value >= threshold) + i32(value > threshold);
        node = roots + word(node, 3 - ((test >> outcome) & 1));
      }
      const weights = leaves + <usize>word(node, 2);
      for (let i = 0; i < targets; i++) {
        const weight = load<f32>(weights + (<usize>i << 2));
        const at = y + (<usize>i << 2);
        const sum = load<f32>(at);
        if (aggregate == 0) store<f32>(at, sum + weight);
        else if (aggregate == 1) store<f32>(at, weight < sum ? weight : sum);
        else store<f32>(at, weight > sum ? weight : sum);
      }
      x += <usize>width << 2;
      y += <usize>targets << 2;
    }
  }
}

/** 1 ÷ (1 + e⁻ˣ) with the C library's expf, as the `ai.onnx.ml` operators have it: by |x|, then mirrored. */
function mlLogistic(to: usize, from: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    const x = load<f32>(from + at);
    const half: f32 = 1 / (1 + Mathf.exp(-abs(x)));
    store<f32>(to + at, x < 0 ? 1 - half : half);
  }
}

/** e^(x − max) ÷ Σ along a row with the C library's expf, summed one by one and divided. */
function mlSoftmax(to: usize, from: usize, width: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    let greatest = load<f32>(from);
    for (let i = 1; i < width; i++) {
      const x = load<f32>(from + (<usize>i << 2));
      if (x > greatest) greatest = x;
    }
    let sum: f32 = 0;
    for (let i = 0; i < width; i++) {
      const at = <usize>i << 2;
      const exponential = Mathf.exp(load<f32>(from + at) - greatest);
      sum += exponential;
      store<f32>(to + at, exponential);
    }
    for (let i = 0; i < width; i++) {
      const at = to + (<usize>i << 2);
      store<f32>(at, load<f32>(at) / sum);
    }
    from += <usize>width << 2;
    to += <usize>width << 2;
  }
}

/** saturate(nearest even(x ÷ scale) + zero point) from `lowest` to `lowest` + 255, kept as f32: the integers are exact. */
function quantize(to: usize, from: usize, count: i32, scale: f32, zero: f32, lowest: f32): void {
  const scales = f32x4.splat(scale);
  const zeros = f32x4.splat(zero);
  const lows = f32x4.splat(lowest);
  const highs = f32x4.splat(lowest + 255);
  for (let end = to + (<usize>count << 2); to < end; to += 16) {
    const code = f32x4.add(f32x4.nearest(f32x4.div(v128.load(from), scales)), zeros);
    v128.store(to, f32x4.min(f32x4.max(code, lows), highs));
    from += 16;
  }
}

/**
 * Σ (code − zero point) · weight + bias, exact in i32, then rounded to f32. Weights are i32[inputs × outputs padded to 4].
 */
function integerProduct(
  to: usize, from: usize, inputs: i32, outputs: i32, weights: usize, zero: i32, bias: usize, rows: i32,
): void {
  const stride = <usize>((outputs + 3) & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < outputs; column += 4) {
      const at = <usize>column << 2;
      let sums = v128.load(bias + at);
      let w = weights + at;
      for (let i = 0; i < inputs; i++) {
        const code = <i32>load<f32>(from + (<usize>i << 2)) - zero;
        sums = i32x4.add(sums, i32x4.mul(i32x4.splat(code), v128.load(w)));
        w += stride;
      }
      const floats = f32x4.convert_i32x4_s(sums);
      const columns = outputs - column;
      if (columns >= 4) v128.store(to + at, floats);
      else {
        store<f32>(to + at, f32x4.extract_lane(floats, 0));
        if (columns > 1) store<f32>(to + at, f32x4.extract_lane(floats, 1), 4);
        if (columns > 2) store<f32>(to + at, f32x4.extract_lane(floats, 2), 8);
      }
    }
    from += <usize>inputs << 2;
    to += <usize>outputs << 2;
  }
}

/**
 * DynamicQuantizeLinear, MatMulInteger, × (scale × factors), + bias. The range is that of all rows of the tile, which is
 * why programs with this instruction run whole batches.
 */
function dynamicProduct(
  to: usize, from: usize, inputs: i32, outputs: i32, weights: usize, factors: usize, bias: usize, rows: i32,
): void {
  let low: f32 = 0;
  let high: f32 = 0;
  for (let i = 0; i < rows * inputs; i++) {
    const x = load<f32>(from + (<usize>i << 2));
    low = min(low, x);
    high = max(high, x);
  }
  const scale: f32 = high == low ? 1 : (high - low) / 255;
  const zero: f32 = high == low ? 0 : min(max(nearest(-low / scale), 0), 255);
  const stride = <usize>((outputs + 3) & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < outputs; column++) {
      let sum: i32 = 0;
      let w = weights + (<usize>column << 2);
      for (let i = 0; i < inputs; i++) {
        const x = load<f32>(from + (<usize>i << 2));
        const code = min(max(nearest(x / scale) + zero, 0), 255);
        sum += (<i32>code - <i32>zero) * load<i32>(w);
        w += stride;
      }
      const factor: f32 = scale * load<f32>(factors + (<usize>column << 2));
      const at = <usize>column << 2;
      store<f32>(to + at, <f32>sum * factor + load<f32>(bias + at));
    }
    from += <usize>inputs << 2;
    to += <usize>outputs << 2;
  }
}
