import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/local/build-worker.ts';
import { writeBundle } from '../../../src/optimize/export/write-bundle.ts';
import { composeService } from '../../http/composed-service.ts';
import { released } from '../../models/stored-registry.ts';

const shipped = released(0.5, { name: 'coin' });
const better = released(1, { name: 'coin' });
const dir = mkdtempSync(join(tmpdir(), 'ultrathink-registry-command-'));
let service: Awaited<ReturnType<typeof composeService>>;
let server: Server;

beforeAll(async () => {
  await writeBundle(dir, better, {});
  service = await composeService({ coin: shipped.files });
  const isolate = await service.isolate();
  server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    const body = method === 'GET' ? {} : { body: await text(incoming) };
    const headers = { authorization: incoming.headers.authorization ?? '' };
    const answer = await isolate.ask(url, { method, headers, ...body });
    outgoing.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await service.close();
  rmSync(dir, { recursive: true });
});

async function command(key: string, ...args: readonly string[]) {
  const { port } = server.address() as AddressInfo;
  const script = join(ROOT, 'src/local/model.ts');
  const child: ChildProcess = spawn(
    process.execPath,
    [script, ...args, '--url', `http://127.0.0.1:${port}`],
    {
      env: { ...process.env, MODEL_KEY: key },
    },
  );
  const [status, stdout, stderr] = await Promise.all([
    new Promise((resolve) => child.on('exit', resolve)),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  return { status, stdout, stderr };
}

describe('the registry’s verbs of the model command', () => {
  it('upload as an operator, promote as a second person, roll back as one, and tell what is in force', async () => {
    const { operate, approve, observe } = service.keys;
    const why = ['--reason', 'a test'];
    const hash = better.bundle.hash;
    expect(await command(operate, 'upload', join(dir, 'coin'), ...why)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(hash),
    });
    expect(await command(operate, 'promote', 'coin', hash, ...why)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('SECOND_PERSON_NEEDED'),
    });
    expect(await command(approve, 'promote', 'coin', hash, ...why)).toMatchObject({ status: 0 });
    const told = JSON.parse((await command(observe, 'registry')).stdout);
    expect(told).toMatchObject({ registryEpoch: 1, aliases: [{ bundleHash: hash, reason: 'a test' }] });
    expect(await command(operate, 'rollback', 'coin', shipped.bundle.hash, ...why)).toMatchObject({
      status: 0,
    });
  });

  it('ask for what is missing', async () => {
    expect(await command('k', 'promote', 'coin', 'x')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^usage/),
    });
    expect(await command('', 'registry')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('MODEL_KEY'),
    });
  });
});
