import type { ListShape, NumberShape, Shape, TextShape } from './shape.ts';

/** One thing that does not fit, in the words of zod 4. */
export interface ShapeFault {
  readonly path: readonly (string | number)[];
  readonly code:
    | 'invalid_type'
    | 'invalid_value'
    | 'invalid_key'
    | 'invalid_format'
    | 'invalid_union'
    | 'too_small'
    | 'too_big'
    | 'custom'
    | 'unrecognized_keys';
  readonly message: string;
  /** Whether the value is of another kind altogether; else it is one whose bounds it breaks. */
  readonly isOtherKind: boolean;
}

/** Everything by which a JSON value is not of the shape; none where it is. */
export function shapeFaults(shape: Shape, value: unknown): readonly ShapeFault[] {
  switch (shape.kind) {
    case 'anything':
      return [];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [otherType('boolean', value)];
    case 'number':
      return numberFaults(shape, value);
    case 'text':
      return textFaults(shape, value);
    case 'one-of':
      return shape.values.some((known) => known === value) ? [] : [otherValue(shape.values)];
    case 'nullable':
      return value === null ? [] : shapeFaults(shape.of, value);
    case 'union':
      return unionFaults(shape.of, value);
    case 'list':
      return listFaults(shape, value);
    case 'tuple':
      return tupleFaults(shape.of, value);
    case 'record':
      return recordFaults(shape, value);
    case 'object':
      return objectFaults(shape, value);
  }
}

/** The same for people, each fault by the path of what does not fit. */
export const shapeFaultsText = (shape: Shape, value: unknown): string =>
  shapeFaults(shape, value)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');

const fault = (code: ShapeFault['code'], message: string, isOtherKind = false): ShapeFault => ({
  path: [],
  code,
  message,
  isOtherKind,
});

const otherType = (expected: string, value: unknown): ShapeFault =>
  fault('invalid_type', `Invalid input: expected ${expected}, received ${typeOf(value)}`, true);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value;
}

function otherValue(values: readonly (string | number)[]): ShapeFault {
  const [only] = values;
  const message =
    values.length === 1
      ? `Invalid input: expected ${JSON.stringify(only)}`
      : `Invalid option: expected one of ${values.map((known) => JSON.stringify(known)).join('|')}`;
  return fault('invalid_value', message, true);
}

function numberFaults(
  { isInteger, atLeast, above, atMost }: NumberShape,
  value: unknown,
): readonly ShapeFault[] {
  if (typeof value !== 'number' || !Number.isFinite(value)) return [otherType('number', value)];
  const faults: ShapeFault[] = [];
  if (isInteger && !Number.isSafeInteger(value)) faults.push(otherType('int', value));
  if (atLeast !== null && value < atLeast)
    faults.push(fault('too_small', `Too small: expected number to be >=${atLeast}`));
  if (above !== null && value <= above)
    faults.push(fault('too_small', `Too small: expected number to be >${above}`));
  if (atMost !== null && value > atMost)
    faults.push(fault('too_big', `Too big: expected number to be <=${atMost}`));
  return faults;
}

function textFaults({ pattern, wellFormed, ...bounds }: TextShape, value: unknown): readonly ShapeFault[] {
  if (typeof value !== 'string') return [otherType('string', value)];
  const faults = [...lengthFaults('string', 'characters', bounds, value.length)];
  if (pattern !== null && !new RegExp(pattern).test(value))
    faults.push(fault('invalid_format', `Invalid string: must match pattern /${pattern}/`));
  if (wellFormed !== null && !value.isWellFormed()) faults.push(fault('custom', wellFormed));
  return faults;
}

function lengthFaults(
  type: string,
  units: string,
  { lengthMin, lengthMax }: Pick<ListShape, 'lengthMin' | 'lengthMax'>,
  length: number,
): readonly ShapeFault[] {
  if (length < lengthMin)
    return [fault('too_small', `Too small: expected ${type} to have >=${lengthMin} ${units}`)];
  if (lengthMax !== null && length > lengthMax)
    return [fault('too_big', `Too big: expected ${type} to have <=${lengthMax} ${units}`)];
  return [];
}

/** Where one alone of the kinds is the value's, what is wrong with it as that. */
function unionFaults(shapes: readonly Shape[], value: unknown): readonly ShapeFault[] {
  const tried = shapes.map((shape) => shapeFaults(shape, value));
  if (tried.some((faults) => faults.length === 0)) return [];
  const near = tried.filter((faults) => faults.every(({ isOtherKind }) => !isOtherKind));
  const [nearest = []] = near;
  return near.length === 1 ? nearest : [fault('invalid_union', 'Invalid input', true)];
}

const at = (part: string | number, faults: readonly ShapeFault[]): readonly ShapeFault[] =>
  faults.map((found) => ({ ...found, path: [part, ...found.path] }));

function listFaults({ of, ...bounds }: ListShape, value: unknown): readonly ShapeFault[] {
  if (!Array.isArray(value)) return [otherType('array', value)];
  const ofItems = value.flatMap((item, index) => at(index, shapeFaults(of, item)));
  return [...ofItems, ...lengthFaults('array', 'items', bounds, value.length)];
}

function tupleFaults(shapes: readonly Shape[], value: unknown): readonly ShapeFault[] {
  if (!Array.isArray(value)) return [otherType('tuple', value)];
  const bounds = { lengthMin: shapes.length, lengthMax: shapes.length };
  return [
    ...lengthFaults('array', 'items', bounds, value.length),
    ...shapes.flatMap((shape, index) => at(index, shapeFaults(shape, value[index]))),
  ];
}

function recordFaults(
  { name: nameShape, value: valueShape }: Extract<Shape, { kind: 'record' }>,
  value: unknown,
): readonly ShapeFault[] {
  if (!isObject(value)) return [otherType('record', value)];
  return Object.keys(value).flatMap((name) => {
    const isName = name !== '__proto__' && shapeFaults(nameShape, name).length === 0;
    return at(name, isName ? shapeFaults(valueShape, value[name]) : [notAName]);
  });
}

const notAName = fault('invalid_key', 'Invalid key in record', true);

function objectFaults(
  { members, optional }: Extract<Shape, { kind: 'object' }>,
  value: unknown,
): readonly ShapeFault[] {
  if (!isObject(value)) return [otherType('object', value)];
  const ofMembers = Object.entries(members).flatMap(([name, member]) => {
    const isOmitted = value[name] === undefined && optional.includes(name);
    return isOmitted ? [] : at(name, shapeFaults(member, value[name]));
  });
  const strangers = Object.keys(value).filter((name) => !Object.hasOwn(members, name));
  return [...ofMembers, ...strangers.flatMap((name) => at(name, [notAMember]))];
}

const notAMember = fault('unrecognized_keys', 'Unrecognized key');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
