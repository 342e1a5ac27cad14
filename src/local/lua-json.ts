/** `cjson` for the scripts of the embedded store: as lua-cjson spells it, for text that is valid UTF-8. */
import { formatGeneral } from './embedded-command.ts';
import type { LuaStack, PlainLua } from './lua-stack.ts';
import { type ByteString, fromByteString, toByteString } from './redis-backend.ts';

/** Pushes the value, or nil and a message; answers how many it pushed. */
export function decodeJson(stack: LuaStack, text: ByteString): number {
  let value: unknown;
  try {
    value = JSON.parse(fromByteString(text));
  } catch (error) {
    stack.pushNil();
    stack.pushString(toByteString(error instanceof Error ? error.message : 'not JSON'));
    return 2;
  }
  push(stack, value);
  return 1;
}

/** Takes the value on top and pushes its text, or nil and a message. */
export function encodeJson(stack: LuaStack): number {
  const value = stack.readPlain();
  const text = value === undefined ? undefined : encode(value);
  if (text === undefined) {
    stack.pushNil();
    stack.pushString('Cannot serialise value: type not supported');
    return 2;
  }
  stack.pushString(text);
  return 1;
}

function push(stack: LuaStack, value: unknown): void {
  if (value === null) stack.pushJsonNull();
  else if (typeof value === 'string') stack.pushString(toByteString(value));
  else if (typeof value === 'number') stack.pushNumber(value);
  else if (typeof value === 'boolean') stack.pushBoolean(value);
  else if (typeof value === 'object') pushTable(stack, value);
}

function pushTable(stack: LuaStack, value: object): void {
  stack.pushTable();
  for (const [key, item] of Object.entries(value)) {
    if (Array.isArray(value)) stack.pushNumber(Number(key) + 1);
    else stack.pushString(toByteString(key));
    push(stack, item);
    stack.setField();
  }
}

/** undefined where lua-cjson refuses: a number that is not finite. */
function encode(value: PlainLua): ByteString | undefined {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return encodeString(value);
  if (typeof value === 'number') return Number.isFinite(value) ? formatGeneral(value, 14) : undefined;
  const isArray =
    value.size > 0 && Array.from({ length: value.size }, (_, i) => i + 1).every((i) => value.has(i));
  const parts: ByteString[] = [];
  for (const [key, item] of isArray ? [...value].sort(([a], [b]) => Number(a) - Number(b)) : value) {
    const text = encode(item);
    if (text === undefined) return undefined;
    parts.push(isArray ? text : `${encodeString(String(key))}:${text}`);
  }
  return isArray ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

const encodeString = (text: ByteString): ByteString =>
  JSON.stringify(text).replaceAll('/', '\\/').replaceAll('\u007f', '\\u007f');
