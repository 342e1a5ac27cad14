import { err, ok, type Result } from '../../core/result.ts';

/**
 * Kinds of numbers, each kept together in a file so that a byte-oriented compressor sees like beside like. The
 * order is that of the file.
 */
const streamNames = [
  'shape',
  'structure',
  'features',
  'ranks',
  'leaves',
  'weights',
  'integers',
  'floats',
] as const;

type StreamName = (typeof streamNames)[number];

/** Collects bytes by stream. Integers of more than a byte and floats are little-endian. */
export class StreamWriter {
  readonly #streams = new Map<StreamName, number[]>(streamNames.map((name) => [name, []]));

  byte(stream: StreamName, value: number): void {
    if (!(value >= 0 && value <= 255)) throw new RangeError(`${value} does not fit a byte`);
    this.#streams.get(stream)?.push(value);
  }

  bytes(stream: StreamName, values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i += 1) this.byte(stream, (values[i] as number) & 255);
  }

  /** Seven bits a byte, the lowest first, as in LEB128. */
  varint(stream: StreamName, value: number): void {
    let rest = value >>> 0;
    if (rest !== value) throw new RangeError(`${value} is not a u32`);
    while (rest > 127) {
      this.byte(stream, (rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(stream, rest);
  }

  /** An i32, of which those near 0 are short. */
  signed(stream: StreamName, value: number): void {
    if ((value | 0) !== value) throw new RangeError(`${value} is not an i32`);
    this.varint(stream, ((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** The streams after the lengths of all but the last. */
  finish(header: readonly number[]): Uint8Array {
    const lengths = new StreamWriter();
    for (const name of streamNames.slice(0, -1))
      lengths.varint('shape', this.#streams.get(name)?.length ?? 0);
    const bodies = streamNames.flatMap((name) => this.#streams.get(name) ?? []);
    return Uint8Array.from([...header, ...(lengths.#streams.get('shape') ?? []), ...bodies]);
  }
}

/** Reads what {@link StreamWriter} wrote. Throws a RangeError past the end of a stream. */
export class StreamReader {
  readonly #streams: ReadonlyMap<StreamName, Cursor>;

  private constructor(streams: ReadonlyMap<StreamName, Cursor>) {
    this.#streams = streams;
  }

  static open(file: Uint8Array, header: readonly number[]): Result<StreamReader, string> {
    if (!header.every((byte, i) => file[i] === byte)) return err('not kernel tables of this version');
    try {
      const start = new Cursor(file.subarray(header.length));
      const lengths = streamNames.slice(0, -1).map(() => start.varint());
      const streams = new Map<StreamName, Cursor>();
      streamNames.forEach((name, i) => {
        streams.set(name, new Cursor(start.take(lengths[i] ?? start.left)));
      });
      return ok(new StreamReader(streams));
    } catch {
      return err('kernel tables end too early');
    }
  }

  byte(stream: StreamName): number {
    return this.#cursor(stream).byte();
  }

  bytes(stream: StreamName, count: number): Uint8Array {
    return this.#cursor(stream).take(count);
  }

  varint(stream: StreamName): number {
    return this.#cursor(stream).varint();
  }

  signed(stream: StreamName): number {
    const value = this.varint(stream);
    return (value >>> 1) ^ -(value & 1);
  }

  /** Whether every stream was read to its end. */
  get isAtEnd(): boolean {
    return Array.from(this.#streams.values()).every(({ left }) => left === 0);
  }

  #cursor(stream: StreamName): Cursor {
    return this.#streams.get(stream) as Cursor;
  }
}

class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.take(1)[0] as number;
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw new RangeError('a stream ends too early');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * (shift === 28 ? 268_435_456 : 1 << shift);
      if (byte < 128 && value <= 0xffffffff) return value;
    }
    throw new RangeError('a varint is longer than u32');
  }
}
