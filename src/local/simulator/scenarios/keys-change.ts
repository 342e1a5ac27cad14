import { rotatedKey } from '../keys.ts';
import type { Scenario, Stage } from './stage.ts';

const gapMs = 80;

/** A key gets another secret and a while later another one is revoked, each through the service, while both are used everywhere. */
export const keysChange: Scenario = {
  faultyMs: 5_000,
  play(stage) {
    const { time, draw, operator } = stage;
    let current = rotatedKey;
    askOn(stage, () => draw.pick([rotatedKey, current] as const));
    time.after(draw.between(500, 1_500), async () => {
      const secret = await operator.rotate(rotatedKey, draw.integer(0, 1));
      if (secret !== undefined) current = { ...rotatedKey, secret };
    });
    time.after(draw.between(500, 2_500), () => void operator.revokeOver());
  },
};

function askOn(stage: Stage, keyNow: () => typeof rotatedKey): void {
  const { time, draw, clients, living, endsAtMs, send } = stage;
  const again = () => {
    const isolate = draw.pick(living());
    if (isolate) void send(draw.chance(0.7) ? clients.plain(keyNow()) : clients.plain(), isolate);
    askOn(stage, keyNow);
  };
  time.after(draw.between(gapMs / 2, gapMs), again, () => time.monotonicMs() >= endsAtMs);
}
