/**
 * Redis' Lua 5.1 for the embedded store: the same language and the same conversions between Lua and Redis
 * (https://redis.io/docs/latest/develop/interact/programmability/lua-api/), in WebAssembly by wasmoon-lua5.1.
 * It talks to Lua's C interface directly, since strings are bytes and wasmoon's own bridge decodes them as UTF-8.
 *
 * Absent: RESP3 (`redis.setresp(3)`, maps, doubles as replies), `cmsgpack`, `bit`, `struct`, and a time limit: a
 * script that never ends never returns.
 */
import { createHash } from 'node:crypto';
import { Lua } from 'wasmoon-lua5.1';
import { decodeJson, encodeJson } from './lua-json.ts';
import { LUA_PRELUDE } from './lua-prelude.ts';
import { type LuaFunctions, type LuaModule, LuaStack, RAISE } from './lua-stack.ts';
import { type ByteString, isError, type Reply } from './redis-backend.ts';

/** Answers the commands of a script; an error is a reply, never a throw. */
export type ScriptCall = (args: readonly ByteString[]) => Reply;

export interface LuaEngine {
  /** Compiles once for each SHA-1. An error reply when the source does not compile. */
  load(source: ByteString): { readonly sha1: string } | { readonly error: string };
  has(sha1: string): boolean;
  /** Runs a loaded script; undefined when none has that SHA-1. */
  run(
    sha1: string,
    keys: readonly ByteString[],
    args: readonly ByteString[],
    call: ScriptCall,
  ): Reply | undefined;
  flush(): void;
  close(): void;
}

const sha1Hex = (bytes: ByteString): string =>
  createHash('sha1').update(Buffer.from(bytes, 'latin1')).digest('hex');

/** Scripts that outlast a flush. */
const compiledMax = 64;

/** The Lua that is being made; one at a time, since each is watched at a global function. */
let making: Promise<unknown> = Promise.resolve();

export async function createLuaEngine(): Promise<LuaEngine> {
  const made = making.then(makeLua);
  making = made.catch(() => undefined);
  const { lua, functions } = await made;
  const module = lua.luaApi.module as unknown as LuaModule;
  const stack = new LuaStack(module, functions, lua.global.address as unknown as number);
  /** By SHA-1. A flush forgets what is loaded; compiling that again would give the same. */
  const compiled = new Map<string, number>();
  /** Of what is compiled, by its source. */
  const sha1s = new Map<ByteString, string>();
  const loaded = new Set<string>();
  let answer: ScriptCall = () => ({ error: 'ERR no script is running' });
  const execute = openSandbox(stack, (args) => answer(args));

  return {
    load(source) {
      const sha1 = sha1s.get(source) ?? sha1Hex(source);
      if (!compiled.has(sha1)) {
        if (!stack.compile(withoutShebang(source), '@user_script'))
          return { error: `ERR Error compiling script (new function): ${stack.popString()}` };
        compiled.set(sha1, stack.reference());
        sha1s.set(source, sha1);
      }
      loaded.add(sha1);
      return { sha1 };
    },
    has: (sha1) => loaded.has(sha1),
    run(sha1, keys, args, call) {
      const chunk = compiled.get(sha1);
      if (chunk === undefined || !loaded.has(sha1)) return undefined;
      answer = call;
      return execute(chunk, keys, args, sha1);
    },
    flush() {
      loaded.clear();
      if (compiled.size <= compiledMax) return;
      for (const chunk of compiled.values()) stack.release(chunk);
      compiled.clear();
      sha1s.clear();
    },
    close: () => lua.global.close(),
  };
}

/**
 * Lua, and its C interface as WebAssembly exports it. The package's own wrappers of that gather, check and spread their
 * arguments and spell a message at each call, which is half of what a script costs.
 */
async function makeLua(): Promise<{ readonly lua: Lua; readonly functions: LuaFunctions }> {
  const { instantiate } = WebAssembly;
  let exported: WebAssembly.Exports | undefined;
  WebAssembly.instantiate = (async (bytes: BufferSource, imports?: WebAssembly.Imports) => {
    const source = await instantiate(bytes, imports);
    exported = source.instance.exports;
    return source;
  }) as typeof instantiate;
  try {
    const lua = await Lua.create();
    if (!exported) throw new TypeError('the package no longer instantiates Lua where it did');
    return { lua, functions: exported as unknown as LuaFunctions };
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

/** The flags of `#!lua` concern clusters, replicas and memory limits, none of which are here. */
const withoutShebang = (source: ByteString): ByteString => source.replace(/^#!lua[^\n]*/, '');

function callRedis(stack: LuaStack, answer: ScriptCall): Reply {
  const args = stack.popArguments();
  if (args === null) return { error: 'ERR Lua redis lib command arguments must be strings or integers' };
  if (args.length === 0) return { error: 'ERR Please specify at least one argument for this redis lib call' };
  return answer(args);
}

type Execute = (
  chunk: number,
  keys: readonly ByteString[],
  args: readonly ByteString[],
  sha1: string,
) => Reply;

/** Runs the prelude with the bridge's functions; it answers the function that runs a chunk under guard. */
function openSandbox(stack: LuaStack, answer: ScriptCall): Execute {
  if (!stack.compile(LUA_PRELUDE, '@prelude')) throw new Error(stack.popString());
  stack.pushFunction(() => {
    const reply = callRedis(stack, answer);
    stack.pushReply(reply);
    return isError(reply) ? RAISE : 1;
  });
  stack.pushFunction(() => {
    stack.pushReply(callRedis(stack, answer));
    return 1;
  });
  stack.pushFunction(() => {
    stack.pushString(sha1Hex(stack.popArguments()?.join('') ?? ''));
    return 1;
  });
  stack.pushFunction(() => decodeJson(stack, stack.popArguments()?.join('') ?? ''));
  stack.pushFunction(() => encodeJson(stack));
  if (!stack.call(5, 1)) throw new Error(stack.popString());
  const guard = stack.reference();
  return (chunk, keys, args, sha1) => {
    stack.pushReference(guard);
    stack.pushReference(chunk);
    stack.pushReply(keys);
    stack.pushReply(args);
    stack.pushString(sha1);
    if (!stack.call(4, 1)) return { error: `ERR ${stack.popString()}` };
    return stack.popReply();
  };
}
