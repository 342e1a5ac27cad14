import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * Protobuf messages as tables of fields. A table knows the fields this program reads; every other field is
 * kept as bytes and written back, so that decoding and encoding a stranger's message loses nothing.
 *
 * Known fields are written in table order, unknown ones after them in the order they were read.
 */
interface MessageCodec<T> {
  encode(message: T, writer: BinaryWriter): void;
  decode(reader: BinaryReader): T;
}

/** How one value of a field stands on the wire. */
interface WireValue<T> {
  readonly wireType: WireType;
  write(writer: BinaryWriter, value: T): void;
  read(reader: BinaryReader): T;
  /** Whether several may stand in one packed run: true of numbers. */
  readonly isPackable: boolean;
}

interface Field<T> {
  readonly number: number;
  read(reader: BinaryReader, wireType: WireType, previous: T | undefined): T;
  write(writer: BinaryWriter, value: T): void;
  readonly empty: T;
}

/** Fields of any type: `read` and `write` are methods, so each keeps its own. */
type FieldTable = Readonly<Record<string, Field<unknown>>>;

type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The message a table describes. `unknown` holds tag and value of each field outside the table. */
export type MessageOf<Table extends FieldTable> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]>;
} & { readonly unknown: readonly Uint8Array[] };

export function message<Table extends FieldTable>(table: Table): MessageCodec<MessageOf<Table>> {
  const names = Object.keys(table);
  const nameByNumber = new Map(names.map((name) => [fieldOf(name).number, name]));

  function fieldOf(name: string): Field<unknown> {
    return table[name] as Field<unknown>;
  }

  return {
    encode(value, writer) {
      const values = value as Readonly<Record<string, unknown>>;
      for (const name of names) fieldOf(name).write(writer, values[name]);
      for (const bytes of value.unknown) writer.raw(bytes);
    },
    decode(reader) {
      const values: Record<string, unknown> = {};
      const unknown: Uint8Array[] = [];
      for (const name of names) values[name] = fieldOf(name).empty;
      while (reader.pos < reader.len) {
        const [number, wireType] = reader.tag();
        const name = nameByNumber.get(number);
        if (name === undefined) {
          const content = reader.skip(wireType, number);
          unknown.push(new BinaryWriter().tag(number, wireType).raw(content).finish());
        } else {
          values[name] = fieldOf(name).read(reader, wireType, values[name]);
        }
      }
      return { ...values, unknown } as unknown as MessageOf<Table>;
    },
  };
}

/** An optional field; the last of several wins. */
export function optional<T>(number: number, value: WireValue<T>): Field<T | undefined> {
  return {
    number,
    empty: undefined,
    read(reader, wireType) {
      assertWireType(number, wireType, value.wireType);
      return value.read(reader);
    },
    write(writer, one) {
      if (one === undefined) return;
      writer.tag(number, value.wireType);
      value.write(writer, one);
    },
  };
}

/** A repeated field, read packed or not, written one by one as proto2 does by default. */
export function repeated<T>(number: number, value: WireValue<T>): Field<readonly T[]> {
  const empty: readonly T[] = [];
  return {
    number,
    empty,
    read(reader, wireType, previous) {
      // What was read so far belongs to this message alone, so it grows in place: an attribute of a tree
      // ensemble has thousands of values.
      const many = previous === undefined || previous === empty ? [] : (previous as T[]);
      for (const one of readRun(number, reader, wireType, value)) many.push(one);
      return many;
    },
    write(writer, many) {
      for (const one of many) {
        writer.tag(number, value.wireType);
        value.write(writer, one);
      }
    },
  };
}

/** A repeated scalar field that its definition marks `[packed = true]`. */
export function packed<T>(number: number, value: WireValue<T>): Field<readonly T[]> {
  return {
    ...repeated(number, value),
    write(writer, many) {
      if (many.length === 0) return;
      writer.tag(number, WireType.LengthDelimited).fork();
      for (const one of many) value.write(writer, one);
      writer.join();
    },
  };
}

function readRun<T>(number: number, reader: BinaryReader, wireType: WireType, value: WireValue<T>): T[] {
  if (!value.isPackable || wireType !== WireType.LengthDelimited) {
    assertWireType(number, wireType, value.wireType);
    return [value.read(reader)];
  }
  const run = new BinaryReader(reader.bytes());
  const values: T[] = [];
  while (run.pos < run.len) values.push(value.read(run));
  return values;
}

function assertWireType(number: number, actual: WireType, expected: WireType): void {
  if (actual !== expected)
    throw new RangeError(`field ${number} has wire type ${actual}, expected ${expected}`);
}

/** int64 as a number. What does not fit 53 bits is an error rather than a rounded value. */
export const int64: WireValue<number> = {
  wireType: WireType.Varint,
  isPackable: true,
  write: (writer, value) => void writer.int64(value),
  read(reader) {
    const value = Number(reader.int64());
    if (!Number.isSafeInteger(value)) throw new RangeError('an integer does not fit 53 bits');
    return value;
  },
};

export const int32: WireValue<number> = {
  wireType: WireType.Varint,
  isPackable: true,
  write: (writer, value) => void writer.int32(value),
  read: (reader) => reader.int32(),
};

export const float: WireValue<number> = {
  wireType: WireType.Bit32,
  isPackable: true,
  write: (writer, value) => void writer.float(value),
  read: (reader) => reader.float(),
};

export const string: WireValue<string> = {
  wireType: WireType.LengthDelimited,
  isPackable: false,
  write: (writer, value) => void writer.string(value),
  read: (reader) => reader.string(true),
};

/** Copied out of the buffer, so that the message does not keep or share it. */
export const bytes: WireValue<Uint8Array> = {
  wireType: WireType.LengthDelimited,
  isPackable: false,
  write: (writer, value) => void writer.bytes(value),
  read: (reader) => reader.bytes().slice(),
};

export function nested<T>(codec: MessageCodec<T>): WireValue<T> {
  return {
    wireType: WireType.LengthDelimited,
    isPackable: false,
    write(writer, value) {
      writer.fork();
      codec.encode(value, writer);
      writer.join();
    },
    read: (reader) => codec.decode(new BinaryReader(reader.bytes())),
  };
}
