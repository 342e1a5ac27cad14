import type { Isolate } from '../isolate.ts';
import type { Scenario, Stage } from './stage.ts';

const loadedMs = 2_500;
/** Below what the model that is put in force estimates, and above it. */
const riskMaxes = [0.6, 0.9] as const;

/**
 * A model is put in force whose risk is above its limit, whatever it is asked; overrides let single decisions pass it. Each is named on
 * several isolates at once and again after, and some are taken back, or end by a halt, before anybody names them.
 */
export const overridesAreUsed: Scenario = {
  faultyMs: 6_000,
  replacesModels: true,
  play(stage) {
    void stage.promote('risky');
    stage.time.after(loadedMs, () => void playRounds(stage));
  },
};

async function playRounds(stage: Stage): Promise<void> {
  const { time, draw, operator, endsAtMs } = stage;
  while (time.monotonicMs() < endsAtMs - 300) {
    const action = draw.pick(['BUY', 'SELL'] as const);
    const id = await operator.approveOverride(action, draw.pick(riskMaxes));
    if (id !== undefined) {
      if (draw.chance(0.2)) await operator.revokeOverride(id);
      else if (draw.chance(0.25)) {
        await operator.restrict('halt');
        await operator.resume();
      }
      for (let round = 0; round < 2; round++) await nameEverywhere(stage, id, action);
    }
    await time.sleep(draw.between(80, 240));
  }
}

async function nameEverywhere(stage: Stage, id: string, action: 'BUY' | 'SELL'): Promise<void> {
  const { time, draw, clients, living, send } = stage;
  const named = (isolate: Isolate) =>
    void send(clients.overriding(id, draw.chance(0.9) ? action : 'BUY'), isolate);
  for (const isolate of living()) named(isolate);
  await time.sleep(draw.between(30, 60));
}
