// SHA-256 (FIPS 180-4 §6.2) over bytes that its caller puts at `input()`. One message at a time: `begin`, `blocks` for what
// does not fit at once, `finish`. For HMAC (RFC 2104) the states of one key are kept, so that a receipt costs three blocks:
// `beginKeyed`, `blocks`, `finishKeyed`. `digestEach` takes many short messages at once, four in the lanes of a vector.

/** §4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
], 16);

/** §5.3.3: of the square roots of the first eight primes. */
const H0: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
], 16);

const STATE_BYTES: usize = 32;
const BLOCK_BYTES: usize = 64;

/** The running state; after `finish` the digest, most significant byte first. */
const STATE: usize = memory.data(32, 16);
/** The block's 64 words of schedule, each with its constant added. */
const SCHEDULE: usize = memory.data(256, 16);
/** HMAC: the state after the key's inner block, and after its outer one. */
const INNER: usize = memory.data(32, 16);
const OUTER: usize = memory.data(32, 16);
/** Room for padding behind the longest input. */
const INPUT_BYTES: usize = 32768;
const INPUT: usize = memory.data(32768 + 128, 16);

/** Whole blocks that were taken since `begin`. */
let taken: u64 = 0;

/** `digestEach`: the length of each message in bytes, and 64 hex digits of each digest. */
const EACH_MAX: usize = 128;
const LENGTHS: usize = memory.data(512, 16);
const DIGESTS: usize = memory.data(8192, 16);
/** Four running states, a vector a word; their schedule; the ends of four messages, padded. */
const STATES: usize = memory.data(128, 16);
const SCHEDULES: usize = memory.data(1024, 16);
const ENDS: usize = memory.data(512, 16);
const HEX: usize = memory.data<u8>([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102], 16);

export function input(): usize { return INPUT; }
export function lengths(): usize { return LENGTHS; }
export function digests(): usize { return DIGESTS; }
export function eachMax(): usize { return EACH_MAX; }
export function inputBytes(): usize { return INPUT_BYTES; }
export function digest(): usize { return STATE; }

export function begin(): void {
  memory.copy(STATE, H0, STATE_BYTES);
  taken = 0;
}

/** Takes `count` blocks from the input. */
export function blocks(count: usize): void {
  for (let index: usize = 0; index < count; index += 1) compress(INPUT + index * BLOCK_BYTES);
  taken += count;
}

/** Takes the message's last `length` bytes, at most the room of the input, and leaves the digest. */
export function finish(length: usize): void {
  const bits = (taken * BLOCK_BYTES + length) << 3;
  store<u8>(INPUT + length, 0x80);
  const end = (length + 1 + 8 + (BLOCK_BYTES - 1)) & ~(BLOCK_BYTES - 1);
  memory.fill(INPUT + length + 1, 0, end - length - 1);
  store<u64>(INPUT + end - 8, bswap<u64>(bits));
  for (let at: usize = 0; at < end; at += BLOCK_BYTES) compress(INPUT + at);
  for (let at: usize = 0; at < STATE_BYTES; at += 4) store<u32>(STATE + at, bswap<u32>(load<u32>(STATE + at)));
}

/** Keeps the states of a key: the block at the input, zeros behind the key. */
export function setKey(): void {
  xorInput(0x36);
  begin();
  compress(INPUT);
  memory.copy(INNER, STATE, STATE_BYTES);
  xorInput(0x36 ^ 0x5c);
  begin();
  compress(INPUT);
  memory.copy(OUTER, STATE, STATE_BYTES);
}

export function beginKeyed(): void {
  memory.copy(STATE, INNER, STATE_BYTES);
  taken = 1;
}

/** As `finish`, and leaves the message's code under the key where that leaves the digest. */
export function finishKeyed(length: usize): void {
  finish(length);
  memory.copy(INPUT, STATE, STATE_BYTES);
  memory.copy(STATE, OUTER, STATE_BYTES);
  taken = 1;
  finish(STATE_BYTES);
}

function xorInput(byte: u8): void {
  for (let at: usize = 0; at < BLOCK_BYTES; at += 1) store<u8>(INPUT + at, load<u8>(INPUT + at) ^ byte);
}

@inline function w(at: usize, index: usize): u32 { return load<u32>(at + (index << 2)); }

/** h + Σ1(e) + Ch(e, f, g) + the word: T1 of §6.2.2. */
@inline function t1(e: u32, f: u32, g: u32, h: u32, word: u32): u32 {
  return h + (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + (g ^ (e & (f ^ g))) + word;
}

/** Σ0(a) + Maj(a, b, c): T2 of §6.2.2. Of the two differences the second is the round's before. */
@inline function t2(a: u32, b: u32, ab: u32, bc: u32): u32 {
  return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + (b ^ (ab & bc));
}

function compress(block: usize): void {
  expand(block);
  let a = w(STATE, 0), b = w(STATE, 1), c = w(STATE, 2), d = w(STATE, 3);
  let e = w(STATE, 4), f = w(STATE, 5), g = w(STATE, 6), h = w(STATE, 7);
  let x: u32 = 0, y = b ^ c, t: u32 = 0;
  // Eight rounds bring every variable back to its own name, so that none is moved.
  for (let at: usize = SCHEDULE; at < SCHEDULE + 256; at += 32) {
    t = t1(e, f, g, h, w(at, 0)); d += t; x = a ^ b; h = t + t2(a, b, x, y);
    t = t1(d, e, f, g, w(at, 1)); c += t; y = h ^ a; g = t + t2(h, a, y, x);
    t = t1(c, d, e, f, w(at, 2)); b += t; x = g ^ h; f = t + t2(g, h, x, y);
    t = t1(b, c, d, e, w(at, 3)); a += t; y = f ^ g; e = t + t2(f, g, y, x);
    t = t1(a, b, c, d, w(at, 4)); h += t; x = e ^ f; d = t + t2(e, f, x, y);
    t = t1(h, a, b, c, w(at, 5)); g += t; y = d ^ e; c = t + t2(d, e, y, x);
    t = t1(g, h, a, b, w(at, 6)); f += t; x = c ^ d; b = t + t2(c, d, x, y);
    t = t1(f, g, h, a, w(at, 7)); e += t; y = b ^ c; a = t + t2(b, c, y, x);
  }
  add(0, a); add(1, b); add(2, c); add(3, d); add(4, e); add(5, f); add(6, g); add(7, h);
}

@inline function add(index: usize, value: u32): void {
  store<u32>(STATE + (index << 2), w(STATE, index) + value);
}

/** The schedule of a block (§6.2.2 step 1) four words at a time, each kept with its constant added. */
function expand(block: usize): void {
  const swap = i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
  let first = i8x16.swizzle(v128.load(block), swap);
  let second = i8x16.swizzle(v128.load(block + 16), swap);
  let third = i8x16.swizzle(v128.load(block + 32), swap);
  let fourth = i8x16.swizzle(v128.load(block + 48), swap);
  for (let at: usize = 0; at < 192; at += 64) {
    keep(at, first);
    first = nextWords(first, second, third, fourth);
    keep(at + 16, second);
    second = nextWords(second, third, fourth, first);
    keep(at + 32, third);
    third = nextWords(third, fourth, first, second);
    keep(at + 48, fourth);
    fourth = nextWords(fourth, first, second, third);
  }
  keep(192, first);
  keep(208, second);
  keep(224, third);
  keep(240, fourth);
}

@inline function keep(at: usize, words: v128): void {
  v128.store(SCHEDULE + at, i32x4.add(words, v128.load(K + at)));
}

/** The four words after sixteen. The last two of them need the first two, so σ1 is taken twice, of zeros elsewhere. */
@inline function nextWords(first: v128, second: v128, third: v128, fourth: v128): v128 {
  const zero = i32x4.splat(0);
  let words = i32x4.add(first, s0(v128.shuffle<i32>(first, second, 1, 2, 3, 4)));
  words = i32x4.add(words, v128.shuffle<i32>(third, fourth, 1, 2, 3, 4));
  words = i32x4.add(words, s1(v128.shuffle<i32>(fourth, zero, 2, 3, 4, 5)));
  return i32x4.add(words, s1(v128.shuffle<i32>(zero, words, 2, 3, 4, 5)));
}

@inline function s0(x: v128): v128 {
  return v128.xor(v128.xor(rotated(x, 7), rotated(x, 18)), i32x4.shr_u(x, 3));
}

@inline function s1(x: v128): v128 {
  return v128.xor(v128.xor(rotated(x, 17), rotated(x, 19)), i32x4.shr_u(x, 10));
}

@inline function rotated(x: v128, count: i32): v128 {
  return v128.or(i32x4.shr_u(x, count), i32x4.shl(x, 32 - count));
}

/**
 * Digests of `count` messages that stand one behind the other in the input, by their lengths: four at a time, one a lane. With
 * `isKeyed` their codes under the key that was set.
 */
export function digestEach(count: usize, isKeyed: bool): void {
  let from: usize = INPUT;
  for (let first: usize = 0; first < count; first += 4) {
    const many: usize = min<usize>(4, count - first);
    from = digestFour(from, first, many, isKeyed);
  }
}

/** Gives where the message after them begins. Lanes beyond `many` are empty messages, which nobody reads. */
function digestFour(from: usize, first: usize, many: usize, isKeyed: bool): usize {
  const begun: usize = isKeyed ? BLOCK_BYTES : 0;
  let at0: usize = from, length0: usize = load<u32>(LENGTHS + (first << 2));
  let at1: usize = at0 + length0, length1: usize = many > 1 ? load<u32>(LENGTHS + (first << 2), 4) : 0;
  let at2: usize = at1 + length1, length2: usize = many > 2 ? load<u32>(LENGTHS + (first << 2), 8) : 0;
  let at3: usize = at2 + length2, length3: usize = many > 3 ? load<u32>(LENGTHS + (first << 2), 12) : 0;
  const whole0 = length0 >> 6, whole1 = length1 >> 6, whole2 = length2 >> 6, whole3 = length3 >> 6;
  const total0 = whole0 + pad(ENDS, at0, length0, begun);
  const total1 = whole1 + pad(ENDS + 128, at1, length1, begun);
  const total2 = whole2 + pad(ENDS + 256, at2, length2, begun);
  const total3 = whole3 + pad(ENDS + 384, at3, length3, begun);
  broadcast(isKeyed ? INNER : H0);
  const most = max(max(total0, total1), max(total2, total3));
  for (let block: usize = 0; block < most; block += 1) {
    transpose(
      blockAt(block, whole0, total0, at0, ENDS), blockAt(block, whole1, total1, at1, ENDS + 128),
      blockAt(block, whole2, total2, at2, ENDS + 256), blockAt(block, whole3, total3, at3, ENDS + 384),
    );
    // A lane that is at its end keeps its state, whatever it is given.
    const next = block + 1;
    compressFour(i32x4(total0 >= next ? -1 : 0, total1 >= next ? -1 : 0, total2 >= next ? -1 : 0, total3 >= next ? -1 : 0));
  }
  if (isKeyed) finishKeyedFour();
  for (let lane: usize = 0; lane < many; lane += 1) writeHex(DIGESTS + ((first + lane) << 6), lane);
  return at3 + length3;
}

/** Puts what stands behind a message's whole blocks at `end`, padded; gives its count of blocks. */
function pad(end: usize, at: usize, length: usize, begun: usize): usize {
  const rest = length & (BLOCK_BYTES - 1);
  const count: usize = rest + 9 > BLOCK_BYTES ? 2 : 1;
  memory.fill(end, 0, count << 6);
  memory.copy(end, at + length - rest, rest);
  store<u8>(end + rest, 0x80);
  store<u64>(end + (count << 6) - 8, bswap<u64>((<u64>(begun + length)) << 3));
  return count;
}

@inline function blockAt(block: usize, whole: usize, total: usize, at: usize, end: usize): usize {
  return block < whole ? at + (block << 6) : block < total ? end + ((block - whole) << 6) : end;
}

function broadcast(state: usize): void {
  for (let word: usize = 0; word < 8; word += 1) v128.store(STATES + (word << 4), v128.load32_splat(state + (word << 2)));
}

/** The sixteen words of four blocks, a vector a word. */
function transpose(block0: usize, block1: usize, block2: usize, block3: usize): void {
  const swap = i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
  for (let at: usize = 0; at < BLOCK_BYTES; at += 16) {
    const a = i8x16.swizzle(v128.load(block0 + at), swap);
    const b = i8x16.swizzle(v128.load(block1 + at), swap);
    const c = i8x16.swizzle(v128.load(block2 + at), swap);
    const d = i8x16.swizzle(v128.load(block3 + at), swap);
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    const to = SCHEDULES + (at << 2);
    v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(to + 16, v128.shuffle<i64>(ab, cd, 1, 3));
    v128.store(to + 32, v128.shuffle<i64>(ab2, cd2, 0, 2));
    v128.store(to + 48, v128.shuffle<i64>(ab2, cd2, 1, 3));
  }
}

/** Of the outer hash: a block of each lane's inner digest, under the key's outer state. */
function finishKeyedFour(): void {
  for (let word: usize = 0; word < 8; word += 1) v128.store(SCHEDULES + (word << 4), v128.load(STATES + (word << 4)));
  v128.store(SCHEDULES + 128, i32x4.splat(0x80000000));
  for (let at: usize = 144; at < 240; at += 16) v128.store(SCHEDULES + at, i32x4.splat(0));
  v128.store(SCHEDULES + 240, i32x4.splat((64 + 32) << 3));
  broadcast(OUTER);
  compressFour(i32x4.splat(-1));
}

@inline function plus(a: v128, b: v128): v128 { return i32x4.add(a, b); }

@inline function sum1(e: v128): v128 { return v128.xor(v128.xor(rotated(e, 6), rotated(e, 11)), rotated(e, 25)); }

@inline function sum0(a: v128): v128 { return v128.xor(v128.xor(rotated(a, 2), rotated(a, 13)), rotated(a, 22)); }

/** T1 and T2 as above, in four lanes. */
@inline function t1four(e: v128, f: v128, g: v128, h: v128, at: usize, k: usize): v128 {
  const word = plus(v128.load(at), v128.load32_splat(k));
  return plus(plus(plus(h, sum1(e)), v128.xor(g, v128.and(e, v128.xor(f, g)))), word);
}

@inline function t2four(a: v128, b: v128, ab: v128, bc: v128): v128 {
  return plus(sum0(a), v128.xor(b, v128.and(ab, bc)));
}

/** The compression of four blocks whose words stand in the schedules; `going` has ones in the lanes that take it. */
function compressFour(going: v128): void {
  for (let at: usize = SCHEDULES; at < SCHEDULES + 768; at += 16) {
    const words = plus(v128.load(at), s0(v128.load(at, 16)));
    v128.store(at, plus(words, plus(v128.load(at, 144), s1(v128.load(at, 224)))), 256);
  }
  let a = v128.load(STATES), b = v128.load(STATES, 16), c = v128.load(STATES, 32), d = v128.load(STATES, 48);
  let e = v128.load(STATES, 64), f = v128.load(STATES, 80), g = v128.load(STATES, 96), h = v128.load(STATES, 112);
  let x = i32x4.splat(0), y = v128.xor(b, c), t = x;
  for (let at: usize = 0; at < 1024; at += 128) {
    const w = SCHEDULES + at, k = K + (at >> 2);
    t = t1four(e, f, g, h, w, k); d = plus(d, t); x = v128.xor(a, b); h = plus(t, t2four(a, b, x, y));
    t = t1four(d, e, f, g, w + 16, k + 4); c = plus(c, t); y = v128.xor(h, a); g = plus(t, t2four(h, a, y, x));
    t = t1four(c, d, e, f, w + 32, k + 8); b = plus(b, t); x = v128.xor(g, h); f = plus(t, t2four(g, h, x, y));
    t = t1four(b, c, d, e, w + 48, k + 12); a = plus(a, t); y = v128.xor(f, g); e = plus(t, t2four(f, g, y, x));
    t = t1four(a, b, c, d, w + 64, k + 16); h = plus(h, t); x = v128.xor(e, f); d = plus(t, t2four(e, f, x, y));
    t = t1four(h, a, b, c, w + 80, k + 20); g = plus(g, t); y = v128.xor(d, e); c = plus(t, t2four(d, e, y, x));
    t = t1four(g, h, a, b, w + 96, k + 24); f = plus(f, t); x = v128.xor(c, d); b = plus(t, t2four(c, d, x, y));
    t = t1four(f, g, h, a, w + 112, k + 28); e = plus(e, t); y = v128.xor(b, c); a = plus(t, t2four(b, c, y, x));
  }
  addFour(0, a, going); addFour(16, b, going); addFour(32, c, going); addFour(48, d, going);
  addFour(64, e, going); addFour(80, f, going); addFour(96, g, going); addFour(112, h, going);
}

@inline function addFour(at: usize, value: v128, going: v128): void {
  v128.store(STATES + at, plus(v128.load(STATES + at), v128.and(value, going)));
}

/** Sixteen hex digits at a time, most significant first. */
function writeHex(to: usize, lane: usize): void {
  const digits = v128.load(HEX);
  for (let word: usize = 0; word < 8; word += 2) {
    const one = bswap<u32>(load<u32>(STATES + (word << 4) + (lane << 2)));
    const two = bswap<u32>(load<u32>(STATES + ((word + 1) << 4) + (lane << 2)));
    const bytes = i32x4.replace_lane(i32x4.splat(one), 1, two);
    const high = i8x16.shr_u(bytes, 4);
    const low = v128.and(bytes, i8x16.splat(15));
    v128.store(to + (word << 3), i8x16.swizzle(digits, v128.shuffle<i8>(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)));
  }
}
