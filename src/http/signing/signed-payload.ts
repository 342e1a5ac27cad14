/** What a signed request is made of, as it goes over the wire. */
export interface SignedParts {
  /** Upper case. */
  readonly method: string;
  /** With its percent-encoding. */
  readonly path: string;
  /** Without `?` and without the signature, as it is sent. */
  readonly query: string;
  /** '' for none. */
  readonly body: string;
}

/**
 * What is signed. Binance has the query signed and then the body, nothing between (binance-spot-api-docs, rest-api.md). Here method
 * and path stand before them: they say what is to be done, and a body for `trip` is as good a one for `reset`.
 */
export const signedPayload = ({ method, path, query, body }: SignedParts): string =>
  `${method} ${path}\n${query}${body}`;
