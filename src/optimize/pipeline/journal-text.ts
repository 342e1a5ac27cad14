/** Kinds of arrays that tasks and their results are made of. */
const arrayKinds = { Float64Array, Float32Array, Int32Array, Uint8Array } as const;

type ArrayKind = keyof typeof arrayKinds;

/** What JSON has no plain form for. */
type Tagged =
  | { readonly $array: ArrayKind; readonly base64: string }
  | { readonly $number: 'NaN' | 'Infinity' | '-Infinity' | '-0' };

/** Plain data with typed arrays as one line of JSON, bit for bit. Members stand in the order they were made in. */
export const toJournalText = (value: unknown): string => JSON.stringify(value, (_, member) => tag(member));

export const fromJournalText = (text: string): unknown => JSON.parse(text, (_, member) => untag(member));

function tag(member: unknown): unknown {
  if (typeof member === 'number') {
    if (Object.is(member, -0)) return { $number: '-0' } satisfies Tagged;
    return Number.isFinite(member) ? member : { $number: String(member) };
  }
  if (!ArrayBuffer.isView(member)) return member;
  const base64 = Buffer.from(member.buffer, member.byteOffset, member.byteLength).toString('base64');
  return { $array: member.constructor.name, base64 };
}

function untag(member: unknown): unknown {
  if (typeof member !== 'object' || member === null) return member;
  if ('$number' in member) return Number(member.$number);
  if (!('$array' in member)) return member;
  const { $array, base64 } = member as Extract<Tagged, { $array: ArrayKind }>;
  return new arrayKinds[$array](Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}
