import { accounts } from '../keys.ts';
import { cutOff } from './cut-off.ts';
import { introduce } from './introduce.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario } from './stage.ts';

/**
 * Redis alone takes the halt of an account over an isolate that dies, loses it in a rollback, and is then given another one, of a
 * later epoch, by an isolate that slept. Who had heard of the first has to bring it back: by their epochs nothing is missing.
 */
export const lostUnderLaterEpoch: Scenario = {
  faultyMs: 4_500,
  play(stage) {
    const { time, draw, operator, redis, isolates, kill, rollBackRedis } = stage;
    const [told, sleeper, ...others] = isolates;
    if (!told || !sleeper) return;
    keepAsking(stage, () => others, 60);
    introduce(stage, [sleeper, told]);
    time.after(draw.between(600, 900), async () => {
      const before = redis.snapshot();
      cutOff(stage, [told], 'libsql');
      await operator.restrict('halt', { of: told, target: `account:${accounts[0]}` });
      await time.sleep(draw.between(500, 900));
      kill(told);
      rollBackRedis(before);
      cutOff(stage, [sleeper], 'libsql');
      await operator.restrict('halt', { of: sleeper, target: `account:${accounts[1]}` });
    });
  },
};
