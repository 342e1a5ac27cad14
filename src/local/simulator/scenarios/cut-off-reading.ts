import { cutOff } from './cut-off.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario, Stage } from './stage.ts';

/** Longer than a read of libSQL may be under way, and than what it leaves counts as trouble in checks/kill-switch.ts. */
const forgottenMs = 6_500;
const cuts = 14;

/**
 * Clients go away while an isolate reads libSQL for them, and the read with its request: nothing of it ever comes back. Some
 * time later trading is halted where only libSQL is told, which this isolate has to read again by then.
 */
export const cutOffReading: Scenario = {
  faultyMs: 11_500,
  play(stage) {
    const { time, draw, operator, isolates } = stage;
    const [reading, ...others] = isolates;
    if (!reading) return;
    keepAsking(stage, () => [reading], 120);
    const cutsFromMs = draw.between(400, 800);
    for (let index = 0; index < cuts; index++) {
      time.after(cutsFromMs + draw.between(0, 1_200), () => cutOne(stage));
    }
    time.after(cutsFromMs + 1_200 + forgottenMs, () => {
      cutOff(stage, others, 'redis');
      void operator.restrict(draw.pick(['halt', 'reduce'] as const), { of: draw.pick(others) });
    });
  },
};

/** It waits for its record, and so for long enough to be cut off while the isolate renews its view behind it. */
function cutOne({ draw, clients, isolates: [reading], send }: Stage): void {
  if (reading) void send(clients.acting('acked'), reading, draw.between(0.5, 6));
}
