import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localSigningSecrets } from '../../src/local/local-signing-secrets.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Scope } from '../../src/store/key-row.ts';
import { writePerson } from '../write-person.ts';
import { demoRequest } from './requests.ts';
import { startTestService, type TestService, until } from './test-service.ts';

const command = join(import.meta.dirname, '..', '..', 'src', 'local', 'ops.ts');

describe('the operator’s command', () => {
  let service: TestService;
  let seed = 0;

  beforeAll(async () => {
    service = await startTestService('workerd');
  });
  afterAll(() => service.stop());

  /** Its exit status and all that it said. */
  function run(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number | null; readonly said: string }> {
    const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, ...environment } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
      });
    }
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, said: said.trim() })));
  }

  const ops = (scope: Scope, ...args: readonly string[]) =>
    run([...args, '--url', service.baseUrl], { OPS_KEY: service.keys[scope] });

  const answer = async () => {
    const reply = await service.client('decide').decide(demoRequest(++seed, Date.now()));
    return reply.kind === 'ok' ? reply.value : undefined;
  };
  const untilHalted = () =>
    until(async () => (await answer())?.reasons.some(({ code }) => code === 'TRADING_HALTED') ?? false);
  const untilActionable = () => until(async () => (await answer())?.actionable ?? false);

  it('halts, shows it, and lets go again, in one line each', async () => {
    await untilActionable();
    const halted = await ops('operate', 'halt', '--reason', 'a drill');
    expect(halted.said).toMatch(
      /^HALTED epoch 2, in force by \d\d:\d\d:\d\d\.\d{3}Z; redis CONFIRMED, database CONFIRMED$/,
    );
    expect(halted.status).toBe(0);
    await untilHalted();
    expect(await ops('observe', 'status')).toEqual({
      status: 0,
      said: 'HALTED epoch 2; redis HALTED epoch 2, database HALTED epoch 2',
    });
    const late = await ops('approve', 'resume', '--epoch', '1', '--reason', 'the drill is over');
    expect(late).toMatchObject({ status: 1, said: expect.stringContaining('EPOCH_MOVED') });
    const mayNot = await ops('operate', 'resume', '--reason', 'the drill is over');
    expect(mayNot).toMatchObject({ status: 1, said: expect.stringContaining('SCOPE_MISSING') });
    expect(await ops('approve', 'resume', '--reason', 'the drill is over')).toEqual({
      status: 0,
      said: 'ACTIVE epoch 3; redis CONFIRMED, database CONFIRMED',
    });
    await untilActionable();
  });

  const storesOf = () => ({
    UPSTASH_REDIS_REST_URL: service.redis.url,
    UPSTASH_REDIS_REST_TOKEN: service.secrets.redisToken,
    TURSO_DATABASE_URL: service.database.url,
    TURSO_AUTH_TOKEN: service.secrets.libsqlToken,
    RECEIPT_SECRET: service.secrets.receiptSecret,
  });

  it('halts past the service, which obeys, and leaves who and why', async () => {
    const halted = await run(['halt', '--direct', '--reason', 'the service does not answer'], storesOf());
    expect(halted).toMatchObject({ status: 0, said: expect.stringMatching(/^HALTED epoch 4, .*CONFIRMED$/) });
    await untilHalted();
    const trail = await service.client('observe').audit(0);
    expect(JSON.stringify(trail)).toContain('the service does not answer');
    expect(await ops('observe', 'verify')).toMatchObject({
      status: 0,
      said: expect.stringContaining('intact'),
    });
  });

  it('halts past the service while Redis is gone', async () => {
    await ops('approve', 'resume', '--reason', 'the drill is over');
    await untilActionable();
    await service.redis.kill();
    const halted = await run(['halt', '--direct', '--reason', 'all is on fire'], storesOf());
    expect(halted).toMatchObject({
      status: 0,
      said: expect.stringMatching(/^HALTED epoch 6, .*; redis PENDING, database CONFIRMED/),
    });
    await service.redis.start();
    await untilHalted();
    expect(await ops('approve', 'resume', '--epoch', '5', '--reason', 'the epoch before')).toMatchObject({
      status: 1,
    });
    await untilHalted();
  });

  it('tells and operates breakers', async () => {
    expect(await ops('operate', 'breakers')).toMatchObject({
      status: 0,
      said: expect.stringContaining('decision closed'),
    });
    expect(await ops('operate', 'trip', 'decision', '--reason', 'a drill')).toMatchObject({
      status: 0,
      said: expect.stringMatching(/^decision tripped, in force by /),
    });
    expect(await ops('operate', 'reset', 'decision', '--reason', 'a drill')).toMatchObject({ status: 0 });
  });

  it('makes, rotates and revokes keys, and signs by them', async () => {
    const signing = localSigningSecrets(service.secrets);
    const by = (key: string, ...args: readonly string[]) =>
      run([...args, '--url', service.baseUrl], { OPS_KEY: key });
    const approver = `HMAC-SHA256 local-approve.${signing.approve}`;
    const why = ['--reason', 'a drill'];
    const terms = ['--account', 'desk', '--scopes', 'operate,observe', '--rate', '5', '--burst', '5'];
    const created = await by(approver, 'keys', 'create', 'risk-desk', ...terms, ...why);
    expect(created).toMatchObject({ status: 0, said: expect.stringContaining('risk-desk of desk') });
    const [bearer = '', signer = ''] = created.said.match(/(Bearer|HMAC-SHA256) risk-desk\.\w+/g) ?? [];
    expect(await by(signer, 'reduce', ...why)).toMatchObject({ status: 0 });
    expect(await by(signer, 'trip', 'order', ...why)).toMatchObject({ status: 0 });
    expect(await by(bearer, 'status')).toMatchObject({ status: 0 });
    const rotated = await by(approver, 'keys', 'rotate', 'risk-desk', ...why);
    expect(rotated).toMatchObject({ status: 0, said: expect.stringContaining('redis CONFIRMED') });
    await until(async () => (await by(bearer, 'status')).status === 1);
    const [next = ''] = rotated.said.match(/Bearer risk-desk\.\w+/g) ?? [];
    expect(await by(next, 'status')).toMatchObject({ status: 0 });
    expect(await by(approver, 'keys', 'revoke', 'risk-desk', ...why)).toMatchObject({
      ...{ status: 0, said: expect.stringMatching(/^risk-desk revoked, good nowhere by /) },
    });
    await until(async () => (await by(next, 'status')).status === 1);
    expect((await by(approver, 'keys', 'list')).said).toMatch(/risk-desk of desk: .*; revoked /);
    const unsaid = await by(approver, 'keys', 'rotate', 'risk-desk');
    expect(unsaid).toEqual({ status: 2, said: 'keys rotate needs --reason TEXT' });
  });

  it('approves an override by two people, lists it, and takes it back', async () => {
    const why = ['--reason', 'seen by risk'];
    const { url } = service.database;
    const authToken = service.secrets.libsqlToken;
    const database = openDatabase({ url, authToken, fetch, deadlineMs: 30_000 });
    const second = await writePerson(database, 'second', { account: 'desk', scopes: ['approve'] });
    const about = ['--account', 'local', '--symbol', 'DEMO', '--action', 'BUY'];
    const approve = ['override', 'approve', ...about, '--risk-max', '0.9', '--life', '60', ...why];
    expect(await ops('approve', ...approve)).toMatchObject({
      status: 0,
      said: expect.stringMatching(/^pending/),
    });
    expect(await ops('approve', ...approve)).toMatchObject({
      ...{ status: 1, said: expect.stringContaining('SECOND_PERSON_NEEDED') },
    });
    const agreed = await run([...approve, '--url', service.baseUrl], { OPS_KEY: second });
    expect(agreed.said).toMatch(
      /^\S+ approved: BUY DEMO of local up to risk 0\.9, until \S+; approved by local-approve and second$/,
    );
    const [id = ''] = agreed.said.split(' ');
    expect((await ops('operate', 'override', 'list')).said).toBe(agreed.said);
    expect(await ops('operate', 'override', 'revoke', id, ...why)).toEqual({
      status: 0,
      said: `${id} revoked`,
    });
    expect((await ops('operate', 'override', 'list')).said).toMatch(/^\S+ revoked by local-operate: /);
    expect(await ops('approve', 'override', 'approve', ...why)).toMatchObject({ status: 2 });
  });

  it('teaches whoever asks it wrong', async () => {
    expect(await run(['stop'])).toMatchObject({ status: 2, said: expect.stringContaining('kill switch') });
    expect(await ops('operate', 'reduce')).toEqual({ status: 2, said: 'reduce needs --reason TEXT' });
  });
});
