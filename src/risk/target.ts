/** What can be halted by itself, beside everything. */
export const targetKinds = ['account', 'strategy', 'model', 'symbol', 'venue'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** What a halt, a reduce or a resume is about. */
export type Target =
  | { readonly kind: 'global' }
  /** `id` is the owner's own word for it: 1..128 characters of well-formed Unicode. */
  | { readonly kind: TargetKind; readonly id: string };

/** A target as one word without spaces, as both stores keep it: `global`, or `<kind>:<id>`, percent-encoded. */
export type TargetName = string;

export const globalName: TargetName = 'global';

/** @throws URIError where the id is not well-formed Unicode. */
export const nameOf = (target: Target): TargetName =>
  target.kind === 'global' ? globalName : `${target.kind}:${encodeURIComponent(target.id)}`;

/** The target that a name stands for; undefined where it stands for none. */
export function targetOf(name: TargetName): Target | undefined {
  if (name === globalName) return { kind: 'global' };
  const [kindText = '', encoded = ''] = name.split(':');
  const kind = targetKinds.find((known) => known === kindText);
  if (!kind || encoded === '') return undefined;
  try {
    const target = { kind, id: decodeURIComponent(encoded) };
    return nameOf(target) === name ? target : undefined;
  } catch {
    return undefined;
  }
}
