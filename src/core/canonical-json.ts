import canonicalize from 'canonicalize';

/**
 * JSON in the one form that hashes are taken over: RFC 8785 (JCS), no white space, members sorted by UTF-16
 * code unit, numbers as ECMAScript prints them.
 *
 * What `JSON.stringify` leaves out is left out (members that are undefined or functions), so the text equals
 * that of the value a peer parsed from the wire.
 *
 * @throws where no JSON text would say the same: undefined or a function itself, NaN, ±Infinity, bigint, a
 *   lone surrogate, a cycle.
 */
export function canonicalJson(value: NonNullable<unknown> | null): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('The value has no JSON text');
  return text;
}
