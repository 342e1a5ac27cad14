import { describe, expect, it } from 'vitest';
import { stageClock } from '../../src/optimize/stage-clock.ts';

describe('stageClock', () => {
  it('gives each stage the time until the next begins or the end', () => {
    let nowMs = 100;
    const clock = stageClock(() => nowMs);
    clock.begin('prepare');
    nowMs = 150.4;
    clock.begin('train');
    nowMs = 1_000;
    expect(clock.finish()).toEqual([
      { name: 'prepare', durationMs: 50 },
      { name: 'train', durationMs: 850 },
    ]);
    nowMs = 2_000;
    expect(clock.finish()).toHaveLength(2);
  });

  it('knows of no stage before one begins', () => {
    expect(stageClock(() => 0).finish()).toEqual([]);
  });
});
