/**
 * What a JSON value has to be, as plain data: made of a zod schema by `shape-of.ts`, with the build where there is one, so that
 * neither the schema nor its library is loaded where values are only checked.
 */
export type Shape =
  | { readonly kind: 'anything' }
  | { readonly kind: 'boolean' }
  | NumberShape
  | TextShape
  | { readonly kind: 'one-of'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'nullable'; readonly of: Shape }
  | { readonly kind: 'union'; readonly of: readonly Shape[] }
  | ListShape
  | { readonly kind: 'tuple'; readonly of: readonly Shape[] }
  | { readonly kind: 'record'; readonly name: Shape; readonly value: Shape }
  /** Has no other members, and those that are `optional` or not. */
  | {
      readonly kind: 'object';
      readonly members: Readonly<Record<string, Shape>>;
      readonly optional: readonly string[];
    };

/** Finite. */
export interface NumberShape {
  readonly kind: 'number';
  readonly isInteger: boolean;
  /** Null: no bound. */
  readonly atLeast: number | null;
  readonly above: number | null;
  readonly atMost: number | null;
}

export interface TextShape {
  readonly kind: 'text';
  /** In UTF-16 units. */
  readonly lengthMin: number;
  readonly lengthMax: number | null;
  /** Of a regular expression without flags. */
  readonly pattern: string | null;
  /** Whether a lone surrogate is refused, with these words. */
  readonly wellFormed: string | null;
}

export interface ListShape {
  readonly kind: 'list';
  readonly of: Shape;
  readonly lengthMin: number;
  readonly lengthMax: number | null;
}
