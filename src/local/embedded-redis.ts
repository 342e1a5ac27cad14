/**
 * A Redis inside this process, for machines without redis-server and for the simulator: the same Lua scripts run,
 * by the same rules, on the commands that this project and @upstash/ratelimit use. For local work and tests only.
 *
 * How it differs from Redis 7:
 * - Only the commands in the tables below; any other answers `ERR unknown command`.
 * - Data live in memory. With `snapshotFile` they are read at creation and written by `close()`, so
 *   a process that is killed loses what came after its last orderly end. The real server loses nothing.
 * - Time is the caller's clock, in whole milliseconds, frozen for a command or script; nothing runs on a timer.
 * - SCAN answers everything in one page; `~` trims exactly; a script has no time limit.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hashCommands, listCommands, setCommands } from './embedded-collections.ts';
import { argument, type CommandTable, OK, parseInteger } from './embedded-command.ts';
import { CommandError, Keyspace } from './embedded-keyspace.ts';
import { sortedSetCommands } from './embedded-sorted-sets.ts';
import { streamCommands } from './embedded-streams.ts';
import { keyCommands, stringCommands } from './embedded-strings.ts';
import { createLuaEngine, type LuaEngine } from './lua-engine.ts';
import type { ByteString, RedisBackend, Reply } from './redis-backend.ts';

export interface EmbeddedRedisOptions {
  /** Epoch milliseconds; read once for each command, script or transaction. */
  readonly clock: { nowMs(): number };
  /** Read at creation when it exists, written by `close()`; without it nothing is kept. */
  readonly snapshotFile?: string;
}

export interface EmbeddedRedis extends RedisBackend {
  /** `execute` without a promise, for a simulator that has its own idea of time. */
  run(args: readonly ByteString[]): Reply;
  /** All data, as `restore` takes it: what a replica had when it was copied. */
  snapshot(): string;
  restore(snapshot: string): void;
}

export async function createEmbeddedRedis({
  clock,
  snapshotFile,
}: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const keyspace = new Keyspace();
  if (snapshotFile !== undefined && existsSync(snapshotFile))
    keyspace.restore(readFileSync(snapshotFile, 'utf8'));
  const lua = await createLuaEngine();
  const scripts = scriptCommands(lua);
  let isClosed = false;

  const dispatch = (args: readonly ByteString[]): Reply => {
    // Work behind an answer may outlive a test's store; a script on a Lua that was freed never ends.
    if (isClosed) throw new Error('the store is closed');
    try {
      return commandOf(args, scripts).run(keyspace, args.slice(1));
    } catch (error) {
      return errorReply(error);
    }
  };

  const run = (args: readonly ByteString[]): Reply => {
    keyspace.setNow(Math.floor(clock.nowMs()));
    return dispatch(args);
  };

  return {
    run,
    snapshot: () => keyspace.snapshot(),
    restore: (snapshot) => keyspace.restore(snapshot),
    execute: async (args) => run(args),
    transaction: async (commands) => {
      const refusal = firstRefusal(commands, scripts);
      if (refusal !== null) return { error: `EXECABORT Transaction discarded because of: ${refusal}` };
      keyspace.setNow(Math.floor(clock.nowMs()));
      return commands.map(dispatch);
    },
    close: async () => {
      isClosed = true;
      lua.close();
      if (snapshotFile === undefined) return;
      writeFileSync(`${snapshotFile}.new`, keyspace.snapshot(), { mode: 0o600 });
      renameSync(`${snapshotFile}.new`, snapshotFile);
    },
  };
}

const serverCommands: CommandTable = {
  PING: { arity: -1, run: (_keyspace, args) => args[0] ?? { status: 'PONG' } },
  ECHO: { arity: 2, run: (_keyspace, args) => argument(args, 0) },
  TIME: {
    arity: 1,
    run: ({ nowMs }) => [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)],
  },
};

const DATA_COMMANDS: CommandTable = {
  ...serverCommands,
  ...stringCommands,
  ...keyCommands,
  ...hashCommands,
  ...setCommands,
  ...listCommands,
  ...sortedSetCommands,
  ...streamCommands,
};

const NO_SCRIPT = 'NOSCRIPT No matching script. Please use EVAL.';

function scriptCommands(lua: LuaEngine): CommandTable {
  const evalSha = (keyspace: Keyspace, sha1: string, rest: readonly ByteString[]): Reply => {
    const { keys, args } = splitKeys(rest);
    const reply = lua.run(sha1, keys, args, (command) => callFromScript(keyspace, command));
    return reply === undefined ? { error: NO_SCRIPT } : reply;
  };
  const evaluate = (keyspace: Keyspace, args: readonly ByteString[]): Reply => {
    splitKeys(args.slice(1));
    const loaded = lua.load(argument(args, 0));
    return 'error' in loaded ? loaded : evalSha(keyspace, loaded.sha1, args.slice(1));
  };
  const evaluateSha = (keyspace: Keyspace, args: readonly ByteString[]): Reply =>
    evalSha(keyspace, argument(args, 0).toLowerCase(), args.slice(1));
  return {
    EVAL: { arity: -3, run: evaluate },
    EVAL_RO: { arity: -3, run: evaluate },
    EVALSHA: { arity: -3, run: evaluateSha },
    EVALSHA_RO: { arity: -3, run: evaluateSha },
    SCRIPT: { arity: -2, run: (_keyspace, args) => manageScripts(lua, args) },
  };
}

function manageScripts(lua: LuaEngine, args: readonly ByteString[]): Reply {
  switch (argument(args, 0).toUpperCase()) {
    case 'LOAD': {
      const loaded = lua.load(argument(args, 1));
      return 'error' in loaded ? loaded : loaded.sha1;
    }
    case 'EXISTS':
      return args.slice(1).map((sha1) => (lua.has(sha1.toLowerCase()) ? 1 : 0));
    case 'FLUSH':
      lua.flush();
      return OK;
    default:
      throw new CommandError(`ERR unknown subcommand '${argument(args, 0)}'. Try SCRIPT HELP.`);
  }
}

function splitKeys(rest: readonly ByteString[]): {
  keys: readonly ByteString[];
  args: readonly ByteString[];
} {
  const count = parseInteger(argument(rest, 0));
  if (count < 0) throw new CommandError("ERR Number of keys can't be negative");
  if (count > rest.length - 1)
    throw new CommandError("ERR Number of keys can't be greater than number of args");
  return { keys: rest.slice(1, count + 1), args: rest.slice(count + 1) };
}

function callFromScript(keyspace: Keyspace, command: readonly ByteString[]): Reply {
  const name = (command[0] ?? '').toUpperCase();
  if (FORBIDDEN_IN_SCRIPTS.includes(name))
    return { error: 'ERR This Redis command is not allowed from script' };
  const found = ownProperty(DATA_COMMANDS, name);
  if (found === undefined) return { error: 'ERR Unknown Redis command called from script' };
  if (!isArityMet(found.arity, command.length))
    return { error: 'ERR Wrong number of args calling Redis command from script' };
  try {
    return found.run(keyspace, command.slice(1));
  } catch (error) {
    return errorReply(error);
  }
}

const FORBIDDEN_IN_SCRIPTS = ['EVAL', 'EVALSHA', 'EVAL_RO', 'EVALSHA_RO', 'SCRIPT'];

function commandOf(args: readonly ByteString[], scripts: CommandTable) {
  const name = args[0] ?? '';
  const command = ownProperty(DATA_COMMANDS, name.toUpperCase()) ?? ownProperty(scripts, name.toUpperCase());
  if (command === undefined) {
    const shown = args.slice(1).map((arg) => `'${arg}' `);
    throw new CommandError(`ERR unknown command '${name}', with args beginning with: ${shown.join('')}`);
  }
  if (!isArityMet(command.arity, args.length))
    throw new CommandError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  return command;
}

function firstRefusal(commands: readonly (readonly ByteString[])[], scripts: CommandTable): string | null {
  for (const args of commands) {
    try {
      commandOf(args, scripts);
    } catch (error) {
      return errorReply(error).error;
    }
  }
  return null;
}

const ownProperty = (table: CommandTable, name: string) =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const isArityMet = (arity: number, count: number): boolean => (arity < 0 ? count >= -arity : count === arity);

function errorReply(error: unknown): { readonly error: string } {
  if (error instanceof CommandError) return { error: error.message };
  throw error;
}
