import { describe, expect, it } from 'vitest';
import { signRequests } from '../../../src/client/sign-requests.ts';
import { sha256Hex } from '../../../src/core/digest.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { createAuthenticator } from '../../../src/http/auth.ts';
import { signingSecretOf } from '../../../src/http/signing/signing-secret.ts';
import type { RequestScope } from '../../../src/runtime.ts';
import type { KeyRow } from '../../../src/store/key-row.ts';
import { VirtualTime } from '../../virtual-time.ts';

const receiptSecret = 'r'.repeat(32);
const [secret, next] = ['s'.repeat(43), 'n'.repeat(43)];
const row: KeyRow = {
  ...{ id: 'desk', secretSha256: sha256Hex(secret), account: 'acme', scopes: ['operate'] },
  ...{ ratePerSecond: 10, burst: 20, createdAtMs: 0, revokedAtMs: null },
  ...{ previousSecretSha256: null, previousUntilMs: null, person: null },
};
const secretOf = (of: string) => signingSecretOf(receiptSecret, 'desk', sha256Hex(of));

function setUp() {
  const time = new VirtualTime(1_790_000_000_000);
  const used = new Set<string>();
  const state = { row, isMemoryDown: false, failedLogins: 0, retired: '' };
  const scope: RequestScope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
  const useSignature = async (signature: string): Promise<Result<'new' | 'used', string>> => {
    if (state.isMemoryDown) return err('down');
    if (used.has(signature)) return ok('used');
    used.add(signature);
    return ok('new');
  };
  const authenticator = createAuthenticator({
    loadKey: async () => ok(state.row),
    isRevoked: () => false,
    isRetired: (hash) => hash === state.retired,
    changesOf: () => 0,
    keysEpoch: () => 0,
    async admitFailedLogin() {
      state.failedLogins += 1;
      return true;
    },
    useSignature,
    receiptSecret,
    bodyLimits: { bodyBytesMax: 1_000, bodyDeadlineMs: 1_000, timers: time },
    clock: time,
  });

  interface Sent {
    readonly signingSecret?: string;
    readonly recvWindowMs?: number;
    readonly method?: string;
    readonly path?: string;
    readonly body?: string | null;
  }
  /** A request as the client signs it, for a test to change before it is sent. */
  function signed({ signingSecret = secretOf(secret), recvWindowMs = 5_000, ...call }: Sent = {}) {
    const { method = 'POST', path = '/v1/control/halt', body = '{"reason":"x"}' } = call;
    const sign = signRequests({ keyId: 'desk', signingSecret, clock: time, recvWindowMs });
    return { method, body, ...sign({ method, path, body }) };
  }
  type Signed = ReturnType<typeof signed>;
  const requestOf = ({ method, body, path, authorization }: Signed) =>
    new Request(`http://service${path}`, { method, body, headers: { authorization } });
  const login = (
    request: Request,
    repeats: 'refused' | 'harmless' = 'refused',
    wanted: 'operate' | 'approve' = 'operate',
  ) => authenticator.authenticate({ request, repeats }, wanted, scope);
  const send = (call: Signed, repeats?: 'refused' | 'harmless', wanted?: 'operate' | 'approve') =>
    login(requestOf(call), repeats, wanted);
  return { time, state, signed, requestOf, login, send };
}

const passes = { ok: true, value: { id: 'desk', account: 'acme' } };
const fails = (code: string) => ({ ok: false, error: { code } });

describe('a signed request', () => {
  it('says who asks, with a body, without one, and with a query of its own', async () => {
    const { signed, send } = setUp();
    expect(await send(signed())).toMatchObject(passes);
    expect(await send(signed({ method: 'GET', body: null }))).toMatchObject(passes);
    expect(await send(signed({ method: 'GET', body: null, path: '/v1/keys?after=a%20b' }))).toMatchObject(
      passes,
    );
    expect(await send(signed({ body: '{"reason":"ｄｒｉｌｌ"}' }))).toMatchObject(passes);
  });

  it('leaves its body to be read by the route', async () => {
    const { signed, requestOf, login } = setUp();
    const call = signed();
    const request = requestOf(call);
    expect(await login(request)).toMatchObject(passes);
    expect(await request.text()).toBe(call.body);
  });

  it.each<[string, (call: { path: string; body: string | null; method: string }) => object]>([
    ['another body', ({ body }) => ({ body: `${body} ` })],
    ['another path', ({ path }) => ({ path: path.replace('halt', 'reduce') })],
    ['another method', () => ({ method: 'PUT' })],
    ['another time', ({ path }) => ({ path: path.replace('timestamp=1', 'timestamp=2') })],
    ['a longer window', ({ path }) => ({ path: path.replace('recvWindow=5000', 'recvWindow=50000') })],
    ['a further parameter', ({ path }) => ({ path: path.replace('?', '?force=1&') })],
    ['one behind the signature', ({ path }) => ({ path: `${path}&force=1` })],
    ['two times', ({ path }) => ({ path: path.replace('?', '?timestamp=1&') })],
    ['no time', ({ path }) => ({ path: path.replace(/timestamp=\d+&/, '') })],
    ['a window of an hour', ({ path }) => ({ path: path.replace('5000', '3600000') })],
    ['no signature', ({ path }) => ({ path: path.replace(/&signature=.*/, '') })],
    ['half a signature', ({ path }) => ({ path: path.slice(0, -32) })],
    ['another key', () => ({ authorization: 'HMAC-SHA256 desk.s' })],
  ])('is refused with %s, and counted against its address', async (_, change) => {
    const { state, signed, send } = setUp();
    const call = signed();
    expect(await send({ ...call, ...change(call) })).toMatchObject(fails('UNAUTHENTICATED'));
    expect(state.failedLogins).toBe(1);
  });

  it('is refused by the bearer secret, by its hash, and by another key’s signing secret', async () => {
    const { signed, send } = setUp();
    const wrong = [secret, sha256Hex(secret), signingSecretOf(receiptSecret, 'other', sha256Hex(secret))];
    for (const signingSecret of wrong)
      expect(await send(signed({ signingSecret }))).toMatchObject(fails('UNAUTHENTICATED'));
  });

  it('is good from less than a second before its time to the end of its window, and is told the time', async () => {
    const { time, signed, send } = setUp();
    const startMs = time.nowMs();
    await time.advance(5_000);
    const call = signed();
    const at = async (ms: number) => {
      const other = setUp();
      await other.time.advance(ms);
      const outcome = await other.send(call);
      return outcome.ok ? 'ok' : outcome.error;
    };
    expect(await at(4_001)).toBe('ok');
    expect(await at(10_000)).toBe('ok');
    const here = (ms: number) => `it is ${new Date(startMs + ms).toISOString()} here`;
    expect(await at(4_000)).toEqual({ code: 'CLOCK_SKEWED', detail: here(4_000) });
    expect(await at(10_001)).toEqual({ code: 'CLOCK_SKEWED', detail: here(10_001) });
    expect(await send(call)).toMatchObject(passes);
  });

  it('is good once, also where its signature is written otherwise', async () => {
    const { signed, send } = setUp();
    const call = signed();
    expect(await send(call)).toMatchObject(passes);
    expect(await send(call)).toMatchObject(fails('SIGNATURE_USED'));
    const upper = call.path.replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase());
    expect(await send({ ...call, path: upper })).toMatchObject(fails('SIGNATURE_USED'));
  });

  it('is let through by nobody while signatures cannot be remembered, but where a second time does no harm', async () => {
    const { state, signed, send } = setUp();
    state.isMemoryDown = true;
    const call = signed();
    expect(await send(call)).toMatchObject(fails('AUTH_UNAVAILABLE'));
    expect(await send(call, 'harmless')).toMatchObject(passes);
    expect(await send(call, 'harmless')).toMatchObject(passes);
  });

  it('needs the scope, and a key that is not revoked', async () => {
    const { state, signed, send } = setUp();
    expect(await send(signed(), 'refused', 'approve')).toMatchObject(fails('SCOPE_MISSING'));
    state.row = { ...row, revokedAtMs: 1 };
    const other = setUp();
    other.state.row = state.row;
    expect(await other.send(other.signed())).toMatchObject(fails('UNAUTHENTICATED'));
  });

  it('is signed by the secret before for the overlap of a rotation', async () => {
    const { time, state, signed, send } = setUp();
    const previousUntilMs = time.nowMs() + 60_000;
    const previousSecretSha256 = row.secretSha256;
    state.row = { ...row, secretSha256: sha256Hex(next), previousSecretSha256, previousUntilMs };
    const earlier = () => send(signed({ signingSecret: secretOf(secret) }));
    expect(await earlier()).toMatchObject(passes);
    expect(await send(signed({ signingSecret: secretOf(next) }))).toMatchObject(passes);
    await time.advance(30_000);
    expect(await earlier()).toMatchObject(passes);
    state.retired = row.secretSha256;
    expect(await earlier()).toMatchObject(fails('UNAUTHENTICATED'));
    state.retired = '';
    await time.advance(30_000);
    expect(await earlier()).toMatchObject(fails('UNAUTHENTICATED'));
  });

  it('ends with a body that is too large', async () => {
    const { signed, send } = setUp();
    expect(await send(signed({ body: 'x'.repeat(1_001) }))).toMatchObject(fails('BODY_TOO_LARGE'));
  });
});
