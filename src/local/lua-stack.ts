/** Lua's stack, over the C interface that wasmoon-lua5.1 exports. */
import { formatDouble } from './embedded-command.ts';
import { type ByteString, isError, isStatus, type Reply } from './redis-backend.ts';

/** A Lua value without functions; nil and cjson.null are null. */
export type PlainLua = null | boolean | number | ByteString | ReadonlyMap<string | number, PlainLua>;

/** Of Emscripten's module what the bridge uses; pointers are numbers. */
export interface LuaModule {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  readonly HEAPU32: Uint32Array;
  addFunction(callback: (state: number) => number, signature: 'ii'): number;
}

/** The functions of Lua's C interface that the bridge uses; pointers are numbers. */
export interface LuaFunctions {
  malloc(size: number): number;
  free(pointer: number): void;
  luaL_loadbuffer(state: number, buffer: number, size: number, name: number): number;
  luaL_ref(state: number, table: number): number;
  luaL_unref(state: number, table: number, reference: number): void;
  lua_checkstack(state: number, slots: number): number;
  lua_createtable(state: number, arraySize: number, recordSize: number): void;
  lua_error(state: number): number;
  lua_gettop(state: number): number;
  lua_next(state: number, index: number): number;
  lua_pcall(state: number, args: number, results: number, handler: number): number;
  lua_pushboolean(state: number, value: number): void;
  lua_pushcclosure(state: number, callback: number, upvalues: number): void;
  lua_pushlightuserdata(state: number, pointer: number): void;
  lua_pushlstring(state: number, bytes: number, size: number): void;
  lua_pushnil(state: number): void;
  lua_pushnumber(state: number, value: number): void;
  lua_rawgeti(state: number, index: number, key: number): void;
  lua_rawget(state: number, index: number): void;
  lua_rawset(state: number, index: number): void;
  lua_rawseti(state: number, index: number, key: number): void;
  lua_settop(state: number, index: number): void;
  lua_toboolean(state: number, index: number): number;
  lua_tolstring(state: number, index: number, size: number): number;
  lua_tonumber(state: number, index: number): number;
  lua_type(state: number, index: number): number;
}

/** What a function of the host returns to throw the value it pushed. */
export const RAISE = -1;

const REGISTRY = -10_000;
const TYPE_NIL = 0;
const TYPE_BOOLEAN = 1;
const TYPE_LIGHT_USERDATA = 2;
const TYPE_NUMBER = 3;
const TYPE_STRING = 4;
const TYPE_TABLE = 5;
const NESTING_MAX = 100;

/** Pushes and pops values of Redis on the stack of the Lua function that runs; strings are bytes. */
export class LuaStack {
  readonly #module: LuaModule;
  readonly #functions: LuaFunctions;
  readonly #sizeCell: number;
  #scratch: number;
  #scratchSize = 1024;
  /** All of Lua's memory; another buffer once that has grown. */
  #heap: Buffer;
  /** The running coroutine's. */
  #state: number;

  constructor(module: LuaModule, functions: LuaFunctions, mainState: number) {
    this.#module = module;
    this.#functions = functions;
    this.#state = mainState;
    this.#sizeCell = functions.malloc(4);
    this.#scratch = functions.malloc(this.#scratchSize);
    this.#heap = Buffer.from(module.HEAPU8.buffer);
  }

  /** Pushes the chunk; false pushes the error instead. */
  compile(source: ByteString, name: string): boolean {
    const namePointer = this.#functions.malloc(name.length + 1);
    for (const [index, character] of [...`${name}\0`].entries())
      this.#module.HEAPU8[namePointer + index] = character.charCodeAt(0);
    const status = this.#functions.luaL_loadbuffer(
      this.#state,
      this.#write(source),
      source.length,
      namePointer,
    );
    this.#functions.free(namePointer);
    return status === 0;
  }

  /** False leaves the error on top. */
  call(args: number, results: number): boolean {
    return this.#functions.lua_pcall(this.#state, args, results, 0) === 0;
  }

  /** Takes the value on top; `pushReference` brings it back. */
  reference(): number {
    return this.#functions.luaL_ref(this.#state, REGISTRY);
  }

  release(reference: number): void {
    this.#functions.luaL_unref(this.#state, REGISTRY, reference);
  }

  pushReference(reference: number): void {
    this.#functions.lua_rawgeti(this.#state, REGISTRY, reference);
  }

  /** `body` pops its arguments, pushes its results and returns their number, or RAISE. It must not throw. */
  pushFunction(body: () => number): void {
    const pointer = this.#module.addFunction((callerState) => {
      const outer = this.#state;
      this.#state = callerState;
      const resultCount = body();
      this.#state = outer;
      return resultCount === RAISE ? this.#functions.lua_error(callerState) : resultCount;
    }, 'ii');
    this.#functions.lua_pushcclosure(this.#state, pointer, 0);
  }

  pushString(bytes: ByteString): void {
    this.#functions.lua_pushlstring(this.#state, this.#write(bytes), bytes.length);
  }

  pushNil(): void {
    this.#functions.lua_pushnil(this.#state);
  }

  pushNumber(value: number): void {
    this.#functions.lua_pushnumber(this.#state, value);
  }

  pushBoolean(value: boolean): void {
    this.#functions.lua_pushboolean(this.#state, value ? 1 : 0);
  }

  /** The null of `cjson`: a value that is neither nil nor false. */
  pushJsonNull(): void {
    this.#functions.lua_pushlightuserdata(this.#state, 0);
  }

  pushTable(): void {
    this.#functions.lua_checkstack(this.#state, 4);
    this.#functions.lua_createtable(this.#state, 0, 0);
  }

  /** Takes the key and the value on top into the table below them. */
  setField(): void {
    this.#functions.lua_rawset(this.#state, -3);
  }

  /** Redis' conversion: null is false, a status is `{ok=…}`, an error is `{err=…}`. */
  pushReply(reply: Reply): void {
    this.#functions.lua_checkstack(this.#state, 4);
    if (reply === null) this.pushBoolean(false);
    else if (typeof reply === 'string') this.pushString(reply);
    else if (typeof reply === 'number' || typeof reply === 'bigint') this.pushNumber(Number(reply));
    else if (isStatus(reply)) this.#pushRecord('ok', reply.status);
    else if (isError(reply)) this.#pushRecord('err', reply.error);
    else this.#pushArray(reply);
  }

  /** All arguments of the running function, numbers as Redis spells them; null when one is of another type. */
  popArguments(): ByteString[] | null {
    const count = this.#functions.lua_gettop(this.#state);
    const args: ByteString[] = [];
    for (let index = 1; index <= count; index++) {
      const type = this.#functions.lua_type(this.#state, index);
      if (type === TYPE_NUMBER) args.push(formatDouble(this.#functions.lua_tonumber(this.#state, index)));
      else if (type === TYPE_STRING) args.push(this.#readString(index));
    }
    this.#functions.lua_settop(this.#state, 0);
    return args.length === count ? args : null;
  }

  popString(): ByteString {
    const bytes = this.#readString(-1);
    this.#pop(1);
    return bytes;
  }

  /** Redis' conversion: a number loses its fraction, false and nil are null, a table ends at its first nil. */
  popReply(): Reply {
    const reply = this.#readReply(0);
    this.#pop(1);
    return reply;
  }

  /** The value on top as plain data; undefined for a function, a thread or what is nested too deeply. */
  readPlain(depth = 0): PlainLua | undefined {
    switch (this.#functions.lua_type(this.#state, -1)) {
      case TYPE_STRING:
        return this.#readString(-1);
      case TYPE_NUMBER:
        return this.#functions.lua_tonumber(this.#state, -1);
      case TYPE_BOOLEAN:
        return this.#functions.lua_toboolean(this.#state, -1) === 1;
      case TYPE_NIL:
      case TYPE_LIGHT_USERDATA:
        return null;
      case TYPE_TABLE:
        return depth > NESTING_MAX ? undefined : this.#readPlainTable(depth);
      default:
        return undefined;
    }
  }

  #readPlainTable(depth: number): PlainLua | undefined {
    this.#functions.lua_checkstack(this.#state, 4);
    const entries = new Map<string | number, PlainLua>();
    this.pushNil();
    while (this.#functions.lua_next(this.#state, -2) !== 0) {
      const value = this.readPlain(depth + 1);
      this.#pop(1);
      const key = this.readPlain(depth + 1);
      if (value === undefined || (typeof key !== 'string' && typeof key !== 'number')) {
        this.#pop(1);
        return undefined;
      }
      entries.set(key, value);
    }
    return entries;
  }

  #readReply(depth: number): Reply {
    switch (this.#functions.lua_type(this.#state, -1)) {
      case TYPE_STRING:
        return this.#readString(-1);
      case TYPE_NUMBER:
        return truncated(this.#functions.lua_tonumber(this.#state, -1));
      case TYPE_BOOLEAN:
        return this.#functions.lua_toboolean(this.#state, -1) === 1 ? 1 : null;
      case TYPE_TABLE:
        return this.#readTable(depth);
      default:
        return null;
    }
  }

  #readTable(depth: number): Reply {
    if (depth > NESTING_MAX) return { error: 'ERR reached lua stack limit' };
    const error = this.#field('err');
    if (error !== undefined) return { error: error.replaceAll(/[\r\n]/g, ' ') };
    const status = this.#field('ok');
    if (status !== undefined) return { status: status.replaceAll(/[\r\n]/g, ' ') };
    this.#functions.lua_checkstack(this.#state, 4);
    const items: Reply[] = [];
    for (;;) {
      this.#functions.lua_rawgeti(this.#state, -1, items.length + 1);
      const isEnd = this.#functions.lua_type(this.#state, -1) === TYPE_NIL;
      if (!isEnd) items.push(this.#readReply(depth + 1));
      this.#pop(1);
      if (isEnd) return items;
    }
  }

  /** The string field of the table on top; undefined when it has none. */
  #field(name: string): ByteString | undefined {
    this.pushString(name);
    this.#functions.lua_rawget(this.#state, -2);
    const isString = this.#functions.lua_type(this.#state, -1) === TYPE_STRING;
    const value = isString ? this.#readString(-1) : undefined;
    this.#pop(1);
    return value;
  }

  #pushRecord(name: string, value: ByteString): void {
    this.#functions.lua_createtable(this.#state, 0, 1);
    this.pushString(name);
    this.pushString(value);
    this.setField();
  }

  #pushArray(items: readonly Reply[]): void {
    this.#functions.lua_createtable(this.#state, items.length, 0);
    for (const [index, item] of items.entries()) {
      this.pushReply(item);
      this.#functions.lua_rawseti(this.#state, -2, index + 1);
    }
  }

  #readString(index: number): ByteString {
    const pointer = this.#functions.lua_tolstring(this.#state, index, this.#sizeCell);
    const { HEAPU8, HEAPU32 } = this.#module;
    if (this.#heap.buffer !== HEAPU8.buffer) this.#heap = Buffer.from(HEAPU8.buffer);
    const size = HEAPU32[this.#sizeCell >> 2] ?? 0;
    return this.#heap.toString('latin1', pointer, pointer + size);
  }

  #pop(count: number): void {
    this.#functions.lua_settop(this.#state, -count - 1);
  }

  #write(bytes: ByteString): number {
    if (bytes.length > this.#scratchSize) {
      this.#functions.free(this.#scratch);
      this.#scratchSize = bytes.length * 2;
      this.#scratch = this.#functions.malloc(this.#scratchSize);
    }
    const heap = this.#module.HEAPU8;
    for (let i = 0; i < bytes.length; i++) heap[this.#scratch + i] = bytes.charCodeAt(i);
    return this.#scratch;
  }
}

/** C's conversion of a Lua number to a 64-bit integer. */
function truncated(value: number): number | bigint {
  const integer = Math.trunc(value);
  if (Number.isSafeInteger(integer)) return integer === 0 ? 0 : integer;
  return Number.isFinite(integer) && Math.abs(integer) < 2 ** 63 ? BigInt(integer) : -(2n ** 63n);
}
