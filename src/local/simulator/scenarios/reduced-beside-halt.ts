import { cutOff } from './cut-off.ts';
import { introduce } from './introduce.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario } from './stage.ts';

/**
 * At the same moment trading is halted over an isolate that has no Redis, and reduced over one that has no libSQL: each store takes a
 * word that the other does not know, and the weaker one has the higher epoch.
 */
export const reducedBesideHalt: Scenario = {
  faultyMs: 4_500,
  play(stage) {
    const { time, draw, operator, isolates } = stage;
    const [halting, reducing, ...others] = isolates;
    if (!halting || !reducing) return;
    keepAsking(stage, () => others, 40);
    introduce(stage, [halting, reducing]);
    time.after(draw.between(600, 900), () => {
      cutOff(stage, [halting], 'redis');
      cutOff(stage, [reducing], 'libsql');
      void operator.restrict('halt', { of: halting });
      void operator.restrict('reduce', { of: reducing });
    });
  },
};
