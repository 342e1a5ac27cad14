import type { Isolate } from '../isolate.ts';
import { rotatedKey } from '../keys.ts';
import type { Scenario, Stage } from './stage.ts';

const gapMs = 80;

/**
 * A key gets another secret and another one is revoked, each through the service, while both are used everywhere; and one isolate
 * that knew the key sleeps meanwhile, and hears of it with the permit of who comes under the old secret.
 */
export const keysChange: Scenario = {
  faultyMs: 5_000,
  play(stage) {
    const { time, draw, operator, clients, isolates, send } = stage;
    const [sleeper, ...others] = isolates;
    if (!sleeper) return;
    let current = rotatedKey;
    askOn(stage, others, () => draw.pick([rotatedKey, current] as const));
    const askSleeper = () => void send(clients.plain(rotatedKey), sleeper);
    // Twice: what an isolate read of keys before its first sync it reads again.
    for (const atMs of [50, 250]) time.after(atMs, askSleeper);
    time.after(draw.between(500, 1_500), async () => {
      const overlapSeconds = draw.integer(0, 1);
      const secret = await operator.rotate(rotatedKey, overlapSeconds);
      if (secret !== undefined) current = { ...rotatedKey, secret };
      await time.sleep(1_000 * overlapSeconds + draw.between(1_050, 1_300));
      askSleeper();
    });
    time.after(draw.between(500, 2_500), () => void operator.revokeOver());
  },
};

function askOn(stage: Stage, isolates: readonly Isolate[], keyNow: () => typeof rotatedKey): void {
  const { time, draw, clients, endsAtMs, send } = stage;
  const again = () => {
    const isolate = draw.pick(isolates);
    if (isolate) void send(draw.chance(0.7) ? clients.plain(keyNow()) : clients.plain(), isolate);
    askOn(stage, isolates, keyNow);
  };
  time.after(draw.between(gapMs / 2, gapMs), again, () => time.monotonicMs() >= endsAtMs);
}
