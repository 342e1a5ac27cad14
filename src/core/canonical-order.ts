/** Deeper values, cycles among them, are left to whoever walks without recursion. */
const DEPTH_MAX = 16;

/**
 * Whether `JSON.stringify` gives the text of RFC 8785 for this value: names of members in order, at most 16 levels of plain
 * objects and arrays, and nothing in them but well-formed strings, finite numbers, booleans, null and members that
 * are undefined. A yes is certain; a no is not.
 */
export const isInCanonicalOrder = (value: unknown): boolean => isOrdered(value, DEPTH_MAX);

function isOrdered(value: unknown, levels: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return true;
    case 'object':
      if (value === null) return true;
      if (levels === 0) return false;
      return Array.isArray(value) ? areItemsOrdered(value, levels) : areMembersOrdered(value, levels);
    default:
      return false;
  }
}

function areItemsOrdered(items: readonly unknown[], levels: number): boolean {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    // Inputs of models, the most of what a record holds.
    if (typeof item === 'number' && Number.isFinite(item)) continue;
    if (!isOrdered(item, levels - 1)) return false;
  }
  return true;
}

function areMembersOrdered(value: object, levels: number): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value) return false;
  const members = value as Readonly<Record<string, unknown>>;
  let last = '';
  for (const name in members) {
    // Equal only where the first name is empty.
    if (name < last || !name.isWellFormed()) return false;
    last = name;
    const member = members[name];
    if (member !== undefined && !isOrdered(member, levels - 1)) return false;
  }
  return true;
}
