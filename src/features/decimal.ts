/** `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, at most `digitsMax` digits: no exponent, hex, blank or plus. */
export function isDecimal(text: string, digitsMax: number): boolean {
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  let dotAt = -1;
  for (let i = start; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 46 && dotAt < 0) dotAt = i;
    else if (code < 48 || code > 57) return false;
  }
  const integerEnd = dotAt < 0 ? text.length : dotAt;
  const digitCount = text.length - start - (dotAt < 0 ? 0 : 1);
  const hasLeadingZero = integerEnd - start > 1 && text.charCodeAt(start) === 48;
  return integerEnd > start && dotAt !== text.length - 1 && !hasLeadingZero && digitCount <= digitsMax;
}
