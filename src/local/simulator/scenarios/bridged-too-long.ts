import { cutOff } from './cut-off.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario } from './stage.ts';

/**
 * One isolate reaches Redis alone, the others libSQL alone, and there trading is halted. Half a minute without libSQL is
 * bridged, if the isolate is asked all the time, and not a moment more.
 */
export const bridgedTooLong: Scenario = {
  faultyMs: 35_500,
  play(stage) {
    const { time, draw, operator, isolates } = stage;
    const [bridging, ...others] = isolates;
    if (!bridging) return;
    keepAsking(stage, () => [bridging], 200);
    time.after(draw.between(400, 1_200), () => {
      cutOff(stage, [bridging], 'libsql');
      cutOff(stage, others, 'redis');
      void operator.restrict(draw.pick(['halt', 'reduce'] as const), { of: draw.pick(others) });
    });
  },
};
