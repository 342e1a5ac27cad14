/** An answer before it is the platform's, which is then made once, with every header that it gets. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const responseOf = ({ status, headers, body }: Reply): Response =>
  new Response(body, { status, headers });
