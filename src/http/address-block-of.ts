/**
 * Whose address it is, as far as an address tells: of IPv6 the /64, which one customer usually has whole and could draw a new
 * address from for every request; any other text as it is.
 */
export function addressBlockOf(address: string): string {
  // An IPv4 address in IPv6's clothes is one address.
  if (!address.includes(':') || address.includes('.')) return address;
  const [before = '', after] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const [head, tail] = [groupsOf(before), groupsOf(after ?? '')];
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).map(withoutZeros).join(':')}::/64`;
}

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));

const withoutZeros = (group: string): string => group.replace(/^0+(?=.)/, '');
