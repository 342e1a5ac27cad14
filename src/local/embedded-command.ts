/** What a command of the embedded Redis is, and how Redis reads and writes the numbers in its arguments. */
import { CommandError, type Keyspace } from './embedded-keyspace.ts';
import type { ByteString, Reply } from './redis-backend.ts';

export interface Command {
  /** Arguments with the command's name: exactly that many, or at least `-arity` when negative. */
  readonly arity: number;
  /** `args` without the command's name. Throws CommandError for what Redis answers as an error. */
  run(keyspace: Keyspace, args: readonly ByteString[]): Reply;
}

export type CommandTable = Readonly<Record<string, Command>>;

export const OK = { status: 'OK' } as const;

export const syntaxError = (): CommandError => new CommandError('ERR syntax error');

/** The argument at `index`, which the command's arity guarantees. */
export function argument(args: readonly ByteString[], index: number): ByteString {
  const value = args[index];
  if (value === undefined) throw syntaxError();
  return value;
}

/** Pairs of a flat list; throws Redis' arity error for `command` when one is left over. */
export function pairs(args: readonly ByteString[], command: string): [ByteString, ByteString][] {
  if (args.length === 0 || args.length % 2 !== 0)
    throw new CommandError(`ERR wrong number of arguments for '${command}' command`);
  const list: [ByteString, ByteString][] = [];
  for (let i = 0; i < args.length; i += 2) list.push([argument(args, i), argument(args, i + 1)]);
  return list;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** A 64-bit integer in Redis' strict spelling: no sign `+`, no leading zero, no space. */
export function parseInt64(
  text: ByteString,
  message = 'ERR value is not an integer or out of range',
): bigint {
  if (!/^(0|-?[1-9]\d*)$/.test(text)) throw new CommandError(message);
  const value = BigInt(text);
  if (value < INT64_MIN || value > INT64_MAX) throw new CommandError(message);
  return value;
}

/** An integer small enough to be a number: counts, offsets, times. */
export function parseInteger(text: ByteString, message?: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : Number(parseInt64(text, message));
}

export function addInt64(left: bigint, right: bigint): bigint {
  const sum = left + right;
  if (sum < INT64_MIN || sum > INT64_MAX) throw new CommandError('ERR increment or decrement would overflow');
  return sum;
}

export function integerReply(value: bigint): number | bigint {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

/** A double: decimal or exponent spelling, `inf`, `+inf`, `-inf`. */
export function parseDouble(text: ByteString, message = 'ERR value is not a valid float'): number {
  const infinity = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinity !== null) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new CommandError(message);
  return Number(text);
}

/** The spelling of scores, and of the numbers a script hands to a command, in Redis 7: C's `%.17g`. */
export const formatDouble = (value: number): ByteString => formatGeneral(value, 17);

/** C's `%.<digits>g`. */
export function formatGeneral(value: number, digits: number): ByteString {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  if (Number.isNaN(value)) return 'nan';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < digits) return withoutTrailingZeros(value.toPrecision(digits));
  const exponentDigits = String(Math.abs(exponent)).padStart(2, '0');
  return `${withoutTrailingZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${exponentDigits}`;
}

const withoutTrailingZeros = (decimal: string): string =>
  decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
