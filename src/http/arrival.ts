/** What every request is looked at for, read once: each reading is a call into the runtime. */
export interface Arrival {
  readonly request: Request;
  readonly method: string;
  /** Of its URL what follows the authority, the query included. */
  readonly target: string;
  readonly authorization: string | null;
}

export function arrivalOf(request: Request): Arrival {
  const { method, url, headers } = request;
  const target = url.slice(url.indexOf('/', 'https://'.length));
  return { request, method, target, authorization: headers.get('authorization') };
}
