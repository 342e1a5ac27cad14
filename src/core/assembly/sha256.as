// SHA-256 (FIPS 180-4 §6.2) over bytes that its caller puts at `input()`. One message at a time: `begin`, `blocks` for what
// does not fit at once, `finish`. For HMAC (RFC 2104) the states of one key are kept, so that a receipt costs three blocks:
// `beginKeyed`, `blocks`, `finishKeyed`.

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

export function input(): usize { return INPUT; }
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
