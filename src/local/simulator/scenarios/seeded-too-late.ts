import type { Isolate } from '../isolate.ts';
import type { Scenario, Stage } from './stage.ts';

const rounds = 3;
/** Longer than a view lives: whoever is asked then needs both stores. */
const idleMs = 1_050;

/**
 * A Redis that was rolled back is told what it lost by isolates of which some stand still over it: what they read before a halt arrives
 * after it. Redis may not go back by that, or an answer of before the halt would be brought back where nobody has heard of it.
 */
export const seededTooLate: Scenario = {
  faultyMs: 6_500,
  play(stage) {
    stage.time.after(stage.draw.between(300, 600), () => void playRounds(stage));
  },
};

async function playRounds(stage: Stage): Promise<void> {
  const { time, draw, operator, clients, redis, isolates, endsAtMs, rollBackRedis, send } = stage;
  const [told, answering, ...late] = isolates;
  if (!told || !answering) return;
  for (let round = 0; round < rounds && time.monotonicMs() < endsAtMs - 2 * idleMs; round++) {
    const before = redis.snapshot();
    await operator.restrict('halt', { of: told });
    await operator.resume({ of: told });
    await Promise.all(isolates.map((isolate) => send(clients.acting('plain'), isolate)));
    await time.sleep(idleMs);
    rollBackRedis(before);
    const lateUntilMs = time.monotonicMs() + draw.between(200, 300);
    for (const isolate of late) standStill(stage, isolate, lateUntilMs);
    // Redis knows again, by others.
    await send(clients.acting('plain'), told);
    const asked = clients.acting('once');
    await send(asked, answering);
    // What was answered is kept behind the answer.
    await time.sleep(draw.between(20, 40));
    await operator.restrict('halt', { of: told });
    await time.sleep(Math.max(0, lateUntilMs - time.monotonicMs()) + draw.between(5, 12));
    await send(clients.again(asked), answering);
    await operator.resume({ of: told });
  }
}

/** While it has read libSQL for Redis, if it comes so. */
function standStill({ time, draw, counts, clients, send }: Stage, isolate: Isolate, untilMs: number): void {
  void send(clients.acting('plain'), isolate);
  time.after(draw.between(5, 12), () => {
    counts['isolate stalled'] += 1;
    isolate.platform.stall(untilMs);
  });
}
