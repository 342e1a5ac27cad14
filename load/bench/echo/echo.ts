/**
 * The least that a JSON service does: parse the body, answer a small object. What a runtime's own HTTP and JSON
 * cost, which no handler on it can undercut.
 */
export async function echo(request: Request): Promise<Response> {
  const body: { readonly symbol?: string; readonly bars?: unknown; readonly features?: unknown } =
    await request.json();
  const kind = body.bars === undefined ? 'features' : 'bars';
  return Response.json({ action: 'HOLD', symbol: body.symbol ?? null, kind });
}
