import { marketFaults } from '../market-source.ts';
import type { Scenario, Stage } from './stage.ts';

const gapMs = 90;

/**
 * The source of market data fails for a while, in one way or another, and clients go on asking without data of their own: its breaker
 * opens on every isolate, and what stands in for it may only let exposure shrink.
 */
export const marketDataFails: Scenario = {
  faultyMs: 9_000,
  play(stage) {
    const { time, draw, market } = stage;
    askOn(stage);
    time.after(draw.between(1_000, 1_600), () => market.fail(draw.pick(marketFaults)));
    time.after(draw.between(7_000, 8_500), () => market.fail(undefined));
  },
};

function askOn(stage: Stage): void {
  const { time, draw, clients, living, endsAtMs, send } = stage;
  time.after(
    draw.between(gapMs / 2, gapMs),
    () => {
      const isolate = draw.pick(living());
      if (isolate) void send(draw.chance(0.7) ? clients.withoutData() : clients.acting('plain'), isolate);
      askOn(stage);
    },
    () => time.monotonicMs() >= endsAtMs,
  );
}
