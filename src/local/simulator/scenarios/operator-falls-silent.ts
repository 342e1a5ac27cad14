import { keepAsking } from './keep-asking.ts';
import type { Scenario, Stage } from './stage.ts';

const beatMs = 350;

/** Under the dead man's switch an operator's heartbeats end for a while: then only exits leave, until one is heard again. */
export const operatorFallsSilent: Scenario = {
  faultyMs: 5_500,
  isUnderHeartbeat: true,
  play(stage) {
    const { draw, endsAtMs, living } = stage;
    keepAsking(stage, living, 110);
    const silentFromMs = draw.between(800, 1_500);
    beat(stage, (nowMs) => nowMs < silentFromMs || nowMs >= endsAtMs);
  },
};

function beat(stage: Stage, isThere: (nowMs: number) => boolean): void {
  const { time, operator } = stage;
  time.after(
    beatMs,
    () => {
      if (isThere(time.monotonicMs())) void operator.beat();
      beat(stage, isThere);
    },
    () => stage.isOver(),
  );
}
