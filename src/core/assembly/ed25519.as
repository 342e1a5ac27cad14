// The curve of Ed25519 (RFC 8032 §5.1) for its scheme in `wasm-ed25519.ts`: points of -x² + y² = 1 + d·x²·y² over the integers
// modulo p = 2^255 - 19. Nothing here is secret but the scalar of `multiplyBase`, whose steps do not depend on it.
//
// A field element has ten limbs of 26 and 25 bits in turn, each in 64 bits with a sign. `multiply` takes limbs of up to three
// times that size and leaves none larger, so sums and differences of up to three products need no carrying.

const LIMBS: usize = 10;
const ELEMENT_BYTES: usize = 80;
const POINT_BYTES: usize = 320;

/** Of the curve's equation, d and 2·d. */
const D: usize = memory.data<i64>([
  56195235, 13857412, 51736253, 6949390, 114729,
  24766616, 60832955, 30306712, 48412415, 21499315,
], 16);
const D2: usize = memory.data<i64>([
  45281625, 27714825, 36363642, 13898781, 229458,
  15978800, 54557047, 27058993, 29715967, 9444199,
], 16);
/** A square root of -1. */
const ROOT: usize = memory.data<i64>([
  34513072, 25610706, 9377949, 3500415, 12389472,
  33281959, 41962654, 31548777, 326685, 11406482,
], 16);
/** The base point: y = 4/5, x even. */
const BASE_X: usize = memory.data<i64>([
  52811034, 25909283, 16144682, 17082669, 27570973,
  30858332, 40966398, 8378388, 20764389, 8758491,
], 16);
const BASE_Y: usize = memory.data<i64>([
  40265304, 26843545, 13421772, 20132659, 26843545,
  6710886, 53687091, 13421772, 40265318, 26843545,
], 16);

/** Four encodings of 32 bytes, and what a read of the last one's end reads over. */
const INPUT: usize = memory.data(128 + 16, 16);
const OUTPUT: usize = memory.data(32 + 16, 16);

// Points in extended coordinates: X, Y, Z and T with x = X/Z, y = Y/Z, x·y = T/Z.
const BASE: usize = memory.data(320, 16);
const KEY: usize = memory.data(320, 16);
const COMMITMENT: usize = memory.data(320, 16);
const BOTH: usize = memory.data(320, 16);
const SUM: usize = memory.data(320, 16);
const OTHER: usize = memory.data(320, 16);

const A: usize = memory.data(80, 16);
const B: usize = memory.data(80, 16);
const C: usize = memory.data(80, 16);
const E: usize = memory.data(80, 16);
const F: usize = memory.data(80, 16);
const G: usize = memory.data(80, 16);
const H: usize = memory.data(80, 16);
const U: usize = memory.data(80, 16);
const V: usize = memory.data(80, 16);
const W: usize = memory.data(80, 16);

export function input(): usize { return INPUT; }
export function output(): usize { return OUTPUT; }

// SHA-512 (FIPS 180-4 §6.4) of one message at a time: `beginHash`, `hashBlocks` for what does not fit at once, `finishHash`.

/** §4.2.3: the first 64 bits of the fractional parts of the cube roots of the first 80 primes. */
const ROUNDS: usize = memory.data<u64>([
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
], 16);
/** §5.3.5: of the square roots of the first eight primes. */
const FIRST_STATE: usize = memory.data<u64>([
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
], 16);
/** The running state; after `finishHash` the digest, most significant byte first. */
const STATE: usize = memory.data(64, 16);
const SCHEDULE: usize = memory.data(640, 16);
const BLOCK_BYTES: usize = 128;
/** Room for padding behind the longest text. */
const TEXT_BYTES: usize = 2048;
const TEXT: usize = memory.data(2048 + 256, 16);

/** Whole blocks that were taken since `beginHash`. */
let taken: u64 = 0;

export function text(): usize { return TEXT; }
export function textBytes(): usize { return TEXT_BYTES; }
export function digest(): usize { return STATE; }

export function beginHash(): void {
  memory.copy(STATE, FIRST_STATE, 64);
  taken = 0;
}

/** Takes `count` blocks of the text. */
export function hashBlocks(count: usize): void {
  for (let index: usize = 0; index < count; index += 1) compress(TEXT + index * BLOCK_BYTES);
  taken += count;
}

/** Takes the message's last `length` bytes, at most the room of the text, and leaves the digest. */
export function finishHash(length: usize): void {
  const bits = (taken * BLOCK_BYTES + length) << 3;
  store<u8>(TEXT + length, 0x80);
  const end = (length + 1 + 16 + (BLOCK_BYTES - 1)) & ~(BLOCK_BYTES - 1);
  memory.fill(TEXT + length + 1, 0, end - length - 1);
  store<u64>(TEXT + end - 8, bswap<u64>(bits));
  for (let at: usize = 0; at < end; at += BLOCK_BYTES) compress(TEXT + at);
  for (let at: usize = 0; at < 64; at += 8) store<u64>(STATE + at, bswap<u64>(load<u64>(STATE + at)));
}

function compress(block: usize): void {
  for (let at: usize = 0; at < 128; at += 8) store<u64>(SCHEDULE + at, bswap<u64>(load<u64>(block + at)));
  for (let at: usize = 128; at < 640; at += 8) {
    const w2 = load<u64>(SCHEDULE + at - 16), w15 = load<u64>(SCHEDULE + at - 120);
    const s0 = rotr<u64>(w15, 1) ^ rotr<u64>(w15, 8) ^ (w15 >> 7);
    const s1 = rotr<u64>(w2, 19) ^ rotr<u64>(w2, 61) ^ (w2 >> 6);
    store<u64>(SCHEDULE + at, load<u64>(SCHEDULE + at - 128) + s0 + load<u64>(SCHEDULE + at - 56) + s1);
  }
  let a = word(0), b = word(1), c = word(2), d = word(3), e = word(4), f = word(5), g = word(6), h = word(7);
  for (let at: usize = 0; at < 640; at += 8) {
    const t1 = h + (rotr<u64>(e, 14) ^ rotr<u64>(e, 18) ^ rotr<u64>(e, 41)) + (g ^ (e & (f ^ g)))
      + load<u64>(ROUNDS + at) + load<u64>(SCHEDULE + at);
    const t2 = (rotr<u64>(a, 28) ^ rotr<u64>(a, 34) ^ rotr<u64>(a, 39)) + ((a & b) ^ (c & (a ^ b)));
    h = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
  }
  keep(0, a); keep(1, b); keep(2, c); keep(3, d); keep(4, e); keep(5, f); keep(6, g); keep(7, h);
}

@inline function word(index: usize): u64 { return load<u64>(STATE + (index << 3)); }
@inline function keep(index: usize, value: u64): void { store<u64>(STATE + (index << 3), word(index) + value); }

/** Whether the first 32 bytes of the input are the one encoding of a point. */
export function isPoint(): bool { return decode(KEY, INPUT); }

/**
 * Of the input: a key, a signature's point R and scalar S, and the challenge k, both scalars below the base point's order. Whether
 * 8·S·B = 8·R + 8·k·A (RFC 8032 §5.1.7), with one encoding of each point, and a key that is not of small order.
 */
export function verify(): bool {
  if (!decode(KEY, INPUT) || !decode(COMMITMENT, INPUT + 32)) return false;
  memory.copy(SUM, KEY, POINT_BYTES);
  if (isSmall(SUM)) return false;
  takeBase();
  negatePoint(KEY);
  memory.copy(BOTH, BASE, POINT_BYTES);
  addPoint(BOTH, KEY);
  takeNeutral(SUM);
  for (let bit: i32 = 252; bit >= 0; bit -= 1) {
    doublePoint(SUM);
    const ofBase = bitAt(INPUT + 64, bit);
    const ofKey = bitAt(INPUT + 96, bit);
    if (ofBase && ofKey) addPoint(SUM, BOTH);
    else if (ofBase) addPoint(SUM, BASE);
    else if (ofKey) addPoint(SUM, KEY);
  }
  negatePoint(COMMITMENT);
  addPoint(SUM, COMMITMENT);
  return isSmall(SUM);
}

/** Leaves the encoding of the base point times the input's first 32 bytes, any scalar below 2^255. */
export function multiplyBase(): void {
  takeBase();
  takeNeutral(SUM);
  for (let bit: i32 = 254; bit >= 0; bit -= 1) {
    doublePoint(SUM);
    memory.copy(OTHER, SUM, POINT_BYTES);
    addPoint(OTHER, BASE);
    choose(SUM, OTHER, bitAt(INPUT, bit));
  }
  encode(SUM);
}

@inline function bitAt(scalar: usize, bit: i32): i64 {
  return <i64>((load<u8>(scalar + (<usize>bit >> 3)) >> <u8>(bit & 7)) & 1);
}

/** The second point where `bit` is 1, without a branch. */
function choose(into: usize, other: usize, bit: i64): void {
  const mask = -bit;
  for (let at: usize = 0; at < POINT_BYTES; at += 8) {
    const kept = load<i64>(into + at);
    store<i64>(into + at, kept ^ (mask & (kept ^ load<i64>(other + at))));
  }
}

function takeBase(): void {
  memory.copy(BASE, BASE_X, ELEMENT_BYTES);
  memory.copy(BASE + 80, BASE_Y, ELEMENT_BYTES);
  takeOne(BASE + 160);
  multiply(BASE + 240, BASE, BASE + 80);
}

function takeNeutral(point: usize): void {
  memory.fill(point, 0, POINT_BYTES);
  store<i64>(point + 80, 1);
  store<i64>(point + 160, 1);
}

function takeOne(element: usize): void {
  memory.fill(element, 0, ELEMENT_BYTES);
  store<i64>(element, 1);
}

function negatePoint(point: usize): void {
  negate(point);
  negate(point + 240);
}

/** Whether the point times 8 is the neutral one; the point is changed. */
function isSmall(point: usize): bool {
  doublePoint(point);
  doublePoint(point);
  doublePoint(point);
  subtract(A, point + 80, point + 160);
  return isZero(point) && isZero(A);
}

/** RFC 8032 §5.1.4. */
function addPoint(p: usize, q: usize): void {
  subtract(A, p + 80, p);
  subtract(B, q + 80, q);
  multiply(A, A, B);
  add(B, p + 80, p);
  add(C, q + 80, q);
  multiply(B, B, C);
  multiply(C, p + 240, q + 240);
  multiply(C, C, D2);
  multiply(H, p + 160, q + 160);
  add(H, H, H);
  subtract(E, B, A);
  subtract(F, H, C);
  add(G, H, C);
  add(H, B, A);
  finishPoint(p);
}

/** RFC 8032 §5.1.4, with the signs of E, F, G and H turned, which cancel. */
function doublePoint(p: usize): void {
  multiply(A, p, p);
  multiply(B, p + 80, p + 80);
  multiply(C, p + 160, p + 160);
  add(C, C, C);
  add(E, p, p + 80);
  multiply(E, E, E);
  add(H, A, B);
  subtract(E, E, H);
  subtract(G, B, A);
  subtract(F, G, C);
  negate(H);
  finishPoint(p);
}

@inline function finishPoint(p: usize): void {
  multiply(p, E, F);
  multiply(p + 80, G, H);
  multiply(p + 160, F, G);
  multiply(p + 240, E, H);
}

/** RFC 8032 §5.1.3; false where the bytes are not the one encoding of a point. */
function decode(point: usize, bytes: usize): bool {
  const x = point, y = point + 80;
  for (let index: usize = 0; index < LIMBS; index += 1) {
    const from = firstBit(index);
    const bits = load<u64>(bytes + (from >> 3)) >> <u64>(from & 7);
    store<i64>(y + (index << 3), <i64>(bits & ((<u64>1 << bitsOf(index)) - 1)));
  }
  memory.copy(A, y, ELEMENT_BYTES);
  reduce(A);
  if (memory.compare(A, y, ELEMENT_BYTES) != 0) return false;
  multiply(U, y, y);
  multiply(V, U, D);
  store<i64>(U, load<i64>(U) - 1);
  store<i64>(V, load<i64>(V) + 1);
  // x = u·v³·(u·v⁷)^((p-5)/8)
  multiply(W, V, V);
  multiply(W, W, V);
  multiply(x, W, W);
  multiply(x, x, V);
  multiply(x, x, U);
  raise(x);
  multiply(x, x, W);
  multiply(x, x, U);
  multiply(W, x, x);
  multiply(W, W, V);
  subtract(A, W, U);
  if (!isZero(A)) {
    add(A, W, U);
    if (!isZero(A)) return false;
    multiply(x, x, ROOT);
  }
  reduce(x);
  const sign = load<u8>(bytes + 31) >> 7;
  if (sign == 1 && isZero(x)) return false;
  if (<u8>(load<i64>(x) & 1) != sign) negate(x);
  takeOne(point + 160);
  multiply(point + 240, x, y);
  return true;
}

/** RFC 8032 §5.1.2. */
function encode(point: usize): void {
  invert(W, point + 160);
  multiply(A, point, W);
  multiply(B, point + 80, W);
  reduce(A);
  reduce(B);
  memory.fill(OUTPUT, 0, 32 + 16);
  for (let index: usize = 0; index < LIMBS; index += 1) {
    const from = firstBit(index);
    const at = OUTPUT + (from >> 3);
    store<u64>(at, load<u64>(at) | (<u64>limb(B, index) << <u64>(from & 7)));
  }
  store<u8>(OUTPUT + 31, load<u8>(OUTPUT + 31) | (<u8>(limb(A, 0) & 1) << 7));
}

@inline function firstBit(index: usize): usize { return (index * 51 + 1) >> 1; }
@inline function bitsOf(index: usize): u64 { return 26 - <u64>(index & 1); }

/** To the power (p-5)/8 = 2^252 - 3. */
function raise(x: usize): void {
  memory.copy(F, x, ELEMENT_BYTES);
  for (let bit: i32 = 250; bit >= 0; bit -= 1) {
    multiply(x, x, x);
    if (bit != 1) multiply(x, x, F);
  }
}

/** To the power p-2 = 2^255 - 21; in which order multiplied depends on nothing. */
function invert(out: usize, x: usize): void {
  memory.copy(F, x, ELEMENT_BYTES);
  memory.copy(out, x, ELEMENT_BYTES);
  for (let bit: i32 = 253; bit >= 0; bit -= 1) {
    multiply(out, out, out);
    if (bit != 2 && bit != 4) multiply(out, out, F);
  }
}

@inline function limb(f: usize, index: usize): i64 { return load<i64>(f + (index << 3)); }

function add(out: usize, f: usize, g: usize): void {
  for (let at: usize = 0; at < ELEMENT_BYTES; at += 16) v128.store(out + at, i64x2.add(v128.load(f + at), v128.load(g + at)));
}

function subtract(out: usize, f: usize, g: usize): void {
  for (let at: usize = 0; at < ELEMENT_BYTES; at += 16) v128.store(out + at, i64x2.sub(v128.load(f + at), v128.load(g + at)));
}

function negate(f: usize): void {
  for (let at: usize = 0; at < ELEMENT_BYTES; at += 16) v128.store(f + at, i64x2.neg(v128.load(f + at)));
}

function isZero(f: usize): bool {
  memory.copy(G, f, ELEMENT_BYTES);
  reduce(G);
  let any: i64 = 0;
  for (let index: usize = 0; index < LIMBS; index += 1) any |= limb(G, index);
  return any == 0;
}

/** The one representative from 0 to p-1, every limb of its own size. */
function reduce(f: usize): void {
  carry(f);
  carry(f);
  carry(f);
  // At least p exactly where 19 more have a bit 255, which then is the one to leave out.
  memory.copy(H, f, ELEMENT_BYTES);
  store<i64>(H, load<i64>(H) + 19);
  let over: i64 = 0;
  for (let index: usize = 0; index < LIMBS; index += 1) {
    const value = limb(H, index) + over;
    over = value >> <i64>bitsOf(index);
    store<i64>(H + (index << 3), value - (over << <i64>bitsOf(index)));
  }
  if (over > 0) memory.copy(f, H, ELEMENT_BYTES);
}

/** Each limb's surplus to the next one, the last one's 19 times to the first. */
function carry(f: usize): void {
  let over: i64 = 0;
  for (let index: usize = 0; index < LIMBS; index += 1) {
    const value = limb(f, index) + over;
    over = value >> <i64>bitsOf(index);
    store<i64>(f + (index << 3), value - (over << <i64>bitsOf(index)));
  }
  store<i64>(f, load<i64>(f) + 19 * over);
}

/** Limbs at odd places stand for half of what their place would be in even steps, and what is past the end comes back 19 times. */
function multiply(out: usize, f: usize, g: usize): void {
  let f0 = limb(f, 0), f1 = limb(f, 1), f2 = limb(f, 2), f3 = limb(f, 3), f4 = limb(f, 4);
  let f5 = limb(f, 5), f6 = limb(f, 6), f7 = limb(f, 7), f8 = limb(f, 8), f9 = limb(f, 9);
  let g0 = limb(g, 0), g1 = limb(g, 1), g2 = limb(g, 2), g3 = limb(g, 3), g4 = limb(g, 4);
  let g5 = limb(g, 5), g6 = limb(g, 6), g7 = limb(g, 7), g8 = limb(g, 8), g9 = limb(g, 9);
  let d1 = f1 << 1, d3 = f3 << 1, d5 = f5 << 1, d7 = f7 << 1, d9 = f9 << 1;
  let n1 = 19 * g1, n2 = 19 * g2, n3 = 19 * g3, n4 = 19 * g4, n5 = 19 * g5;
  let n6 = 19 * g6, n7 = 19 * g7, n8 = 19 * g8, n9 = 19 * g9;
  let h0 = f0 * g0 + d1 * n9 + f2 * n8 + d3 * n7 + f4 * n6
    + d5 * n5 + f6 * n4 + d7 * n3 + f8 * n2 + d9 * n1;
  let h1 = f0 * g1 + f1 * g0 + f2 * n9 + f3 * n8 + f4 * n7
    + f5 * n6 + f6 * n5 + f7 * n4 + f8 * n3 + f9 * n2;
  let h2 = f0 * g2 + d1 * g1 + f2 * g0 + d3 * n9 + f4 * n8
    + d5 * n7 + f6 * n6 + d7 * n5 + f8 * n4 + d9 * n3;
  let h3 = f0 * g3 + f1 * g2 + f2 * g1 + f3 * g0 + f4 * n9
    + f5 * n8 + f6 * n7 + f7 * n6 + f8 * n5 + f9 * n4;
  let h4 = f0 * g4 + d1 * g3 + f2 * g2 + d3 * g1 + f4 * g0
    + d5 * n9 + f6 * n8 + d7 * n7 + f8 * n6 + d9 * n5;
  let h5 = f0 * g5 + f1 * g4 + f2 * g3 + f3 * g2 + f4 * g1
    + f5 * g0 + f6 * n9 + f7 * n8 + f8 * n7 + f9 * n6;
  let h6 = f0 * g6 + d1 * g5 + f2 * g4 + d3 * g3 + f4 * g2
    + d5 * g1 + f6 * g0 + d7 * n9 + f8 * n8 + d9 * n7;
  let h7 = f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3
    + f5 * g2 + f6 * g1 + f7 * g0 + f8 * n9 + f9 * n8;
  let h8 = f0 * g8 + d1 * g7 + f2 * g6 + d3 * g5 + f4 * g4
    + d5 * g3 + f6 * g2 + d7 * g1 + f8 * g0 + d9 * n9;
  let h9 = f0 * g9 + f1 * g8 + f2 * g7 + f3 * g6 + f4 * g5
    + f5 * g4 + f6 * g3 + f7 * g2 + f8 * g1 + f9 * g0;
  let c: i64 = 0;
  c = h0 >> 26; h0 -= c << 26; h1 += c;
  c = h1 >> 25; h1 -= c << 25; h2 += c;
  c = h2 >> 26; h2 -= c << 26; h3 += c;
  c = h3 >> 25; h3 -= c << 25; h4 += c;
  c = h4 >> 26; h4 -= c << 26; h5 += c;
  c = h5 >> 25; h5 -= c << 25; h6 += c;
  c = h6 >> 26; h6 -= c << 26; h7 += c;
  c = h7 >> 25; h7 -= c << 25; h8 += c;
  c = h8 >> 26; h8 -= c << 26; h9 += c;
  c = h9 >> 25; h9 -= c << 25; h0 += 19 * c;
  c = h0 >> 26; h0 -= c << 26; h1 += c;
  store<i64>(out + 0, h0); store<i64>(out + 8, h1); store<i64>(out + 16, h2); store<i64>(out + 24, h3); store<i64>(out + 32, h4);
  store<i64>(out + 40, h5); store<i64>(out + 48, h6); store<i64>(out + 56, h7); store<i64>(out + 64, h8); store<i64>(out + 72, h9);
}
