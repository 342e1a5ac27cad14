import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/core/digest.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import { createAuthenticator } from '../../src/http/auth.ts';
import type { RequestScope } from '../../src/runtime.ts';
import type { KeyRow } from '../../src/store/key-row.ts';
import { VirtualTime } from '../virtual-time.ts';

const secret = 's'.repeat(43);
const row: KeyRow = {
  id: 'bot',
  secretSha256: sha256Hex(secret),
  account: 'acme',
  scopes: ['decide'],
  ratePerSecond: 10,
  burst: 20,
  createdAtMs: 0,
  revokedAtMs: null,
  previousSecretSha256: null,
  previousUntilMs: null,
  person: null,
};

function setUp(load: () => Result<KeyRow | undefined, string> = () => ok(row)) {
  const time = new VirtualTime();
  const seen = { loads: 0, failedLogins: 0 };
  const retired = new Set<string>();
  const state = { load, revoked: false, retired, admits: true, keysEpoch: 0, changes: 0 };
  const background: Promise<void>[] = [];
  const scope: RequestScope = { waitUntil: (work) => background.push(work), clientAddress: '192.0.2.1' };
  const authenticator = createAuthenticator({
    async loadKey() {
      seen.loads += 1;
      return state.load();
    },
    isRevoked: () => state.revoked,
    isRetired: (secretSha256) => retired.has(secretSha256),
    changesOf: () => state.changes,
    keysEpoch: () => state.keysEpoch,
    async admitFailedLogin() {
      seen.failedLogins += 1;
      return state.admits;
    },
    useSignature: async () => ok('new'),
    receiptSecret: 'r'.repeat(32),
    bodyLimits: { bodyBytesMax: 1_000, bodyDeadlineMs: 1_000, timers: time },
    clock: time,
  });
  const login = (authorization: string | null, wanted: 'decide' | 'observe' = 'decide') =>
    authenticator.authenticate(authorization, wanted, scope);
  return { time, seen, state, background, login };
}

describe('the authenticator', () => {
  it('reads a key once and answers from memory afterwards', async () => {
    const { login, seen } = setUp();
    for (let call = 0; call < 3; call++) {
      expect(await login(`Bearer bot.${secret}`)).toMatchObject({ ok: true, value: { account: 'acme' } });
    }
    expect(seen).toEqual({ loads: 1, failedLogins: 0 });
  });

  it('never hands the secret or its hash on', async () => {
    const principal = await setUp().login(`Bearer bot.${secret}`);
    expect(JSON.stringify(principal)).not.toContain(row.secretSha256);
  });

  it.each([
    ['no header', null, 0],
    ['another scheme', 'Basic Ym90OnNlY3JldA==', 1],
    ['a wrong secret', `Bearer bot.${'x'.repeat(43)}`, 1],
    ['a key without a secret', 'Bearer bot', 1],
    ['an endless header', `Bearer bot.${'s'.repeat(100_000)}`, 1],
  ])('refuses %s as UNAUTHENTICATED', async (_, authorization, failedLogins) => {
    const { login, seen } = setUp();
    expect(await login(authorization)).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    expect(seen.failedLogins).toBe(failedLogins);
  });

  it('refuses an unknown key, and asks the database again the next time', async () => {
    const { login, seen } = setUp(() => ok(undefined));
    await login(`Bearer nobody.${secret}`);
    expect(await login(`Bearer nobody.${secret}`)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    expect(seen).toEqual({ loads: 2, failedLogins: 2 });
  });

  it('slows an address down that fails too often', async () => {
    const { login, state } = setUp();
    state.admits = false;
    expect(await login('Bearer guess.ssssssssssssssss')).toMatchObject({ error: { code: 'RATE_LIMITED' } });
  });

  it('refuses a key that lacks the scope', async () => {
    expect(await setUp().login(`Bearer bot.${secret}`, 'observe')).toMatchObject({
      error: { code: 'SCOPE_MISSING' },
    });
  });

  it('refuses a cached key as soon as the control state names it revoked', async () => {
    const { login, state } = setUp();
    await login(`Bearer bot.${secret}`);
    state.revoked = true;
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  });

  it('reads its keys again once revocations may have been missed, also while one is being read', async () => {
    const { login, state, seen } = setUp();
    await login(`Bearer bot.${secret}`);
    state.keysEpoch = 1;
    state.load = () => {
      state.keysEpoch = 2;
      return ok(row);
    };
    await login(`Bearer bot.${secret}`);
    state.load = () => ok({ ...row, revokedAtMs: 1 });
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    expect(seen.loads).toBe(3);
  });

  it('reads a key again as soon as the control state says that it is not what it was', async () => {
    const { login, state, seen } = setUp();
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ value: { burst: 20 } });
    state.load = () => ok({ ...row, burst: 2 });
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ value: { burst: 20 } });
    state.changes = 1;
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ value: { burst: 2 } });
    await login(`Bearer bot.${secret}`);
    expect(seen.loads).toBe(2);
    state.changes = 2;
    state.load = () => err('down');
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ error: { code: 'AUTH_UNAVAILABLE' } });
  });

  it('refuses a key whose row says revoked', async () => {
    const { login } = setUp(() => ok({ ...row, revokedAtMs: 1 }));
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  });

  it('says that keys cannot be checked when the database does not answer, and lets nobody in', async () => {
    const { login } = setUp(() => err('down'));
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ error: { code: 'AUTH_UNAVAILABLE' } });
  });

  it('goes on with a cached key while the database is down, and reads it again behind an answer', async () => {
    const { login, state, time, seen, background } = setUp();
    await login(`Bearer bot.${secret}`);
    state.load = () => err('down');
    await time.advance(400_000);
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ ok: true });
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ ok: true });
    await Promise.all(background);
    expect(seen.loads).toBe(2);
  });

  it('trusts no cached key that is older than ten minutes', async () => {
    const { login, state, time } = setUp();
    await login(`Bearer bot.${secret}`);
    state.load = () => ok({ ...row, revokedAtMs: 1 });
    await time.advance(601_000);
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    state.load = () => err('down');
    await time.advance(601_000);
    expect(await login(`Bearer bot.${secret}`)).toMatchObject({ error: { code: 'AUTH_UNAVAILABLE' } });
  });

  describe('after a rotation', () => {
    const next = 'n'.repeat(43);
    const rotated = (previousUntilMs: number): KeyRow => ({
      ...row,
      secretSha256: sha256Hex(next),
      previousSecretSha256: row.secretSha256,
      previousUntilMs,
    });
    const refused = { ok: false, error: { code: 'UNAUTHENTICATED' } };

    it('takes the new secret at once, also where the key before is in memory', async () => {
      const { login, state, time, seen } = setUp();
      await login(`Bearer bot.${secret}`);
      state.load = () => ok(rotated(time.nowMs() + 60_000));
      expect(await login(`Bearer bot.${next}`)).toMatchObject({ ok: true });
      expect(await login(`Bearer bot.${secret}`)).toMatchObject({ ok: true });
      expect(seen).toEqual({ loads: 2, failedLogins: 0 });
    });

    it('takes it of requests that come together', async () => {
      const { login, state, time, seen } = setUp();
      await login(`Bearer bot.${secret}`);
      state.load = () => ok(rotated(time.nowMs() + 60_000));
      const together = Array.from({ length: 5 }, () => login(`Bearer bot.${next}`));
      for (const outcome of await Promise.all(together)) expect(outcome).toMatchObject({ ok: true });
      expect(seen.failedLogins).toBe(0);
    });

    it('calls a new secret wrong by no read that failed', async () => {
      const { login, state } = setUp();
      await login(`Bearer bot.${secret}`);
      state.load = () => err('down');
      for (let call = 0; call < 2; call++)
        expect(await login(`Bearer bot.${next}`)).toMatchObject({ error: { code: 'AUTH_UNAVAILABLE' } });
    });

    it.each([
      ['in memory', 0],
      ['too old', 600_001],
    ])(
      'reads a key that is %s once a second for wrong secrets while the database is down, and takes the new one after',
      async (_, ageMs) => {
        const { login, state, time, seen } = setUp();
        await login(`Bearer bot.${secret}`);
        await time.advance(ageMs);
        state.load = () => err('down');
        for (let guess = 0; guess < 50; guess++)
          expect(await login(`Bearer bot.${'x'.repeat(43)}`)).toMatchObject({
            error: { code: 'AUTH_UNAVAILABLE' },
          });
        expect(seen).toEqual({ loads: 2, failedLogins: 0 });
        state.load = () => ok(rotated(time.nowMs() + 60_000));
        await time.advance(1_000);
        expect(await login(`Bearer bot.${next}`)).toMatchObject({ ok: true });
      },
    );

    it('reads it no more often while the database does not answer', async () => {
      const { login, state, time, seen } = setUp();
      await login(`Bearer bot.${secret}`);
      state.load = () => new Promise(() => undefined) as never;
      const guesses = Array.from({ length: 500 }, () => login(`Bearer bot.${'x'.repeat(43)}`));
      await time.advance(0);
      expect(seen.loads).toBe(1 + 32);
      expect(await guesses.at(-1)).toMatchObject({ error: { code: 'AUTH_UNAVAILABLE' } });
    });

    it('takes the secret before it until its time is over, and not a moment longer', async () => {
      const { login, state, time } = setUp();
      const inForce = rotated(time.nowMs() + 60_000);
      state.load = () => ok(inForce);
      expect(await login(`Bearer bot.${secret}`)).toMatchObject({ ok: true });
      await time.advance(59_999);
      expect(await login(`Bearer bot.${secret}`)).toMatchObject({ ok: true });
      await time.advance(1);
      expect(await login(`Bearer bot.${secret}`)).toMatchObject(refused);
      expect(await login(`Bearer bot.${next}`)).toMatchObject({ ok: true });
    });

    it('tells of whom it let in when that secret ends, and not when another does', async () => {
      const { login, state, time } = setUp();
      state.load = () => ok(rotated(time.nowMs() + 60_000));
      const [before, now] = await Promise.all([secret, next].map((shown) => login(`Bearer bot.${shown}`)));
      const areRetired = () => [before, now].map((who) => who?.ok && who.value.isRetired());
      expect(areRetired()).toEqual([false, false]);
      state.retired.add(row.secretSha256);
      expect(areRetired()).toEqual([true, false]);
    });

    it('refuses a secret that the control state names as rotated away, whatever is in memory', async () => {
      const { login, state, time } = setUp();
      await login(`Bearer bot.${secret}`);
      state.retired.add(row.secretSha256);
      state.load = () => ok(rotated(time.nowMs() + 60_000));
      expect(await login(`Bearer bot.${secret}`)).toMatchObject(refused);
      expect(await login(`Bearer bot.${next}`)).toMatchObject({ ok: true });
    });

    it('reads a key again for a wrong secret once a second at most', async () => {
      const { login, time, seen } = setUp();
      await login(`Bearer bot.${secret}`);
      for (let guess = 0; guess < 50; guess++)
        expect(await login(`Bearer bot.${'x'.repeat(42)}${guess % 10}`)).toMatchObject(refused);
      expect(seen).toEqual({ loads: 2, failedLogins: 50 });
      await time.advance(1_000);
      await login(`Bearer bot.${'x'.repeat(43)}`);
      expect(seen.loads).toBe(3);
    });
  });
});
