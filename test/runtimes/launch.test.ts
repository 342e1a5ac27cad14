import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { wireBar } from '../../src/client/wire-bar.ts';
import { demoBars } from '../../src/local/demo-series.ts';
import { launchService } from '../../src/local/launched-service.ts';
import { runtimeNames, type ServiceFile } from '../../src/local/service-file.ts';
import { launchedInTest } from './launched-in-test.ts';

const endedWell = 'ended with status 0';
const bars = demoBars({ seed: 7, endMs: Date.now(), count: 70 }).map(wireBar);

const { dataDir, launch } = launchedInTest();

const clientOf = ({ baseUrl, keys }: ServiceFile, scope: 'decide' | 'observe') =>
  createClient({ baseUrl, authorization: keys[scope], transport: fetchTransport(fetch) });

/** Asks for decisions without a pause until the service stops answering them; resolves when many were. */
async function decideUntilRefused(service: ServiceFile): Promise<{ readonly ids: Promise<string[]> }> {
  const client = clientOf(service, 'decide');
  const ids: string[] = [];
  const many = Promise.withResolvers<void>();
  const ask = async (): Promise<void> => {
    for (;;) {
      const reply = await client.decide({ symbol: 'DEMO', bars });
      if (reply.kind !== 'ok') return;
      ids.push(reply.value.id);
      if (ids.length === 200) many.resolve();
    }
  };
  const all = Promise.all(Array.from({ length: 8 }, ask)).then(() => ids);
  await Promise.race([many.promise, all]);
  return { ids: all };
}

/** A start on the same data directory, to see what was written. */
async function unwritten(ids: readonly string[]): Promise<string[]> {
  const { service } = await launch({ runtime: 'bun' });
  const client = clientOf(service, 'observe');
  const missing: string[] = [];
  for (const id of ids) {
    const reply = await client.decision(id);
    if (reply.kind !== 'ok') missing.push(id);
  }
  return missing;
}

async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await sleep(50);
  }
  return false;
}

const processesOf = ({ servicePid, standins }: ServiceFile): number[] => [
  servicePid,
  standins.redis.pid,
  standins.libsql.pid,
];

describe('the launcher', () => {
  for (const runtime of runtimeNames) {
    it(`stops everything on ${runtime} when interrupted under load, and every answered decision is written`, async () => {
      const { service, stop } = await launch({ runtime });
      const decided = await decideUntilRefused(service);
      expect(await stop()).toBe(endedWell);
      const ids = await decided.ids;
      expect(ids.length).toBeGreaterThan(0);
      for (const pid of processesOf(service)) expect(await isGone(pid)).toBe(true);
      expect(await unwritten(ids)).toEqual([]);
    });
  }

  for (const [part, name] of [
    ['libsql', 'database'],
    ['redis', 'redis'],
  ] as const) {
    it(`ends with one line when ${part} is killed under load, and every answered decision is written`, async () => {
      const { service, launcher, output } = await launch({ runtime: 'workerd' });
      const decided = await decideUntilRefused(service);
      process.kill(service.standins[part].pid, 'SIGKILL');
      expect(await launcher.ended).toBe('ended with status 1');
      expect((await output).trimEnd().split('\n').at(-1)).toBe(
        `stopped, because the ${name} part was killed by SIGKILL`,
      );
      expect(await unwritten(await decided.ids)).toEqual([]);
    });
  }

  it('ends everything and says so when the service is killed', async () => {
    const { service, launcher, output } = await launch({ runtime: 'workerd' });
    process.kill(service.servicePid, 'SIGKILL');
    expect(await launcher.ended).toBe('ended with status 1');
    expect(await output).toContain('stopped, because the service part was killed by SIGKILL');
    for (const pid of processesOf(service)) expect(await isGone(pid)).toBe(true);
  });

  it('stops in order when its announcement is taken away, as with its folder', async () => {
    const { service, launcher } = await launch({ runtime: 'workerd' });
    rmSync(join(dataDir(), 'service.json'));
    expect(await launcher.ended).toBe(endedWell);
    for (const pid of processesOf(service)) expect(await isGone(pid)).toBe(true);
  });

  it('leaves nothing running when it is killed itself', async () => {
    const { service, launcher } = await launch({ runtime: 'workerd' });
    launcher.process.kill('SIGKILL');
    for (const pid of processesOf(service)) expect(await isGone(pid)).toBe(true);
  });

  it('says in one line that the data directory is in use', async () => {
    const { service } = await launch({ runtime: 'workerd' });
    const second = launchService({ runtime: 'workerd', dataDir: dataDir() });
    await expect(second).rejects.toThrow(
      `${service.baseUrl} already runs on ${dataDir()} (process ${service.pid})`,
    );
  });
});
