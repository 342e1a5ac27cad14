import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createEmbeddedRedis, type EmbeddedRedis } from '../../src/local/embedded-redis.ts';
import { VirtualTime } from '../virtual-time.ts';

describe('the embedded Redis', () => {
  const opened: EmbeddedRedis[] = [];
  const open = async (clock: VirtualTime, snapshotFile?: string): Promise<EmbeddedRedis> => {
    const redis = await createEmbeddedRedis({
      clock,
      ...(snapshotFile === undefined ? {} : { snapshotFile }),
    });
    opened.push(redis);
    return redis;
  };
  const directories: string[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((redis) => redis.close()));
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });

  it('knows no time but the clock it was given', async () => {
    const clock = new VirtualTime(5_000_123);
    const redis = await open(clock);
    expect(redis.run(['TIME'])).toEqual(['5000', '123000']);
    redis.run(['SET', 'k', 'v', 'PX', '100']);
    await clock.advance(99);
    expect(redis.run(['PTTL', 'k'])).toBe(1);
    await clock.advance(1);
    expect(redis.run(['GET', 'k'])).toBeNull();
    expect(redis.run(['DBSIZE'])).toBe(0);
  });

  it('refuses what comes after its end', async () => {
    const redis = await createEmbeddedRedis({ clock: new VirtualTime() });
    await redis.close();
    await expect(redis.execute(['EVAL', 'return 1', '0'])).rejects.toThrow('closed');
    await expect(redis.transaction([['PING']])).rejects.toThrow('closed');
  });

  it('stamps stream entries by the same clock, and never backwards', async () => {
    const clock = new VirtualTime(1_000);
    const redis = await open(clock);
    expect(redis.run(['XADD', 's', '*', 'f', 'v'])).toBe('1000-0');
    expect(redis.run(['XADD', 's', '*', 'f', 'v'])).toBe('1000-1');
    expect(redis.run(['XADD', 's', '2000-5', 'f', 'v'])).toBe('2000-5');
    expect(redis.run(['XADD', 's', '*', 'f', 'v'])).toBe('2000-6');
  });

  it('keeps its data over an orderly stop when it has a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
    directories.push(directory);
    const file = join(directory, 'snapshot.json');
    const clock = new VirtualTime();
    const first = await createEmbeddedRedis({ clock, snapshotFile: file });
    first.run(['SET', 'bytes', '\u0000\u00ff', 'PX', '1000']);
    first.run(['HSET', 'h', 'f', 'v']);
    first.run(['SADD', 's', 'm']);
    first.run(['ZADD', 'z', '1.5', 'm']);
    first.run(['XADD', 'x', '1-1', 'f', 'v']);
    first.run(['XGROUP', 'CREATE', 'x', 'g', '0']);
    first.run(['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'x', '>']);
    await first.close();

    const second = await open(clock, file);
    expect(second.run(['GET', 'bytes'])).toBe('\u0000\u00ff');
    expect(second.run(['PTTL', 'bytes'])).toBe(1000);
    expect(second.run(['HGETALL', 'h'])).toEqual(['f', 'v']);
    expect(second.run(['SMEMBERS', 's'])).toEqual(['m']);
    expect(second.run(['ZSCORE', 'z', 'm'])).toBe('1.5');
    expect(second.run(['XPENDING', 'x', 'g'])).toEqual([1, '1-1', '1-1', [['c', '1']]]);
  });

  it('runs thousands of scripts without growing', async () => {
    const redis = await open(new VirtualTime());
    const source = "local t = {} for i = 1, 50 do t[i] = redis.call('INCR', KEYS[1]) end return t[50]";
    let last: unknown;
    for (let i = 0; i < 2000; i++) last = redis.run(['EVAL', source, '1', 'n']);
    expect(last).toBe(100_000);
  });
});
