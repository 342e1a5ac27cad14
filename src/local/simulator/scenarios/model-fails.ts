import { redisKeys } from '../../../control/redis-keys.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario, Stage } from './stage.ts';

/** When the breaker may be probed at the earliest: it is open for half a minute. */
const probedFromMs = 29_000;
const lookMs = 20;

/**
 * The model in production fails on every isolate for a while, and its breaker opens, in some runs over a rung that stands in for
 * it. Half a minute later it is probed, and in some runs probers die with their leases.
 */
export const modelFails: Scenario = {
  faultyMs: 46_000,
  play(stage) {
    const { time, draw, isolates, living, failModel } = stage;
    const kind = draw.pick(['threw', 'not-a-probability'] as const);
    time.after(draw.between(300, 900), () => failModel({ kind, detail: 'as the scenario has it' }));
    time.after(draw.between(5_000, 25_000), () => failModel(undefined));
    keepAsking(stage, living, 400);
    if (draw.chance(0.5)) time.after(probedFromMs, () => killProbers(stage, isolates.length - 1));
  },
};

/** As soon as leases are out, before they are used. */
function killProbers(stage: Stage, killed: number): void {
  const { time, redis, endsAtMs, living, kill } = stage;
  const field = String(redis.run(['HGET', redisKeys.breakers, 'decision']) ?? '');
  if (!field.includes(':')) {
    const isOff = () => time.monotonicMs() >= endsAtMs;
    time.after(lookMs, () => killProbers(stage, killed), isOff);
    return;
  }
  for (const isolate of living().slice(0, killed)) kill(isolate);
}
