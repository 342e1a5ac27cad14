import type { Isolate } from '../isolate.ts';
import { leavingKey } from '../keys.ts';
import { introduce } from './introduce.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario, Stage } from './stage.ts';

const awayMs = 1_300;

/**
 * An operator gives their key another secret while trading is halted, and one isolate that knew the key hears nothing of it: it sleeps, its
 * machine does, or a store is cut off. There, and elsewhere, somebody who has the secret of before lets trading go with it, gives a
 * word for an override, and halts.
 */
export const operatorsKeyChanges: Scenario = {
  faultyMs: 5_000,
  play(stage) {
    const { time, draw, operator, isolates } = stage;
    const [unaware, ...others] = isolates;
    if (!unaware) return;
    keepAsking(stage, () => others, 90);
    introduce(stage, [unaware]);
    // Twice: what an isolate read of keys before its first sync it reads again.
    for (const atMs of [100, 450]) time.after(atMs, () => void operator.look(unaware, leavingKey));
    time.after(draw.between(600, 900), () => void play(stage, unaware, others));
  },
};

async function play(stage: Stage, unaware: Isolate, others: readonly Isolate[]): Promise<void> {
  const { time, draw, operator, endsAtMs } = stage;
  const seenAt = draw.pick(others);
  await operator.restrict('halt', { of: seenAt });
  keepUnaware(stage, unaware);
  const overlapSeconds = draw.integer(0, 1);
  await operator.rotate(leavingKey, overlapSeconds, [leavingKey]);
  await time.sleep(1_000 * overlapSeconds + draw.between(1_050, 1_300));
  const words = [
    (of: Isolate) => operator.resume({ of, seenAt, by: leavingKey }),
    (of: Isolate) => operator.approveOverride('BUY', 0.9, { of, asking: [leavingKey] }),
    (of: Isolate) => operator.restrict('halt', { of, by: leavingKey }),
  ];
  // What is asked first is asked of an isolate that has heard of nothing yet.
  const fromWord = draw.integer(0, words.length - 1);
  for (const of of [unaware, ...others]) {
    for (const word of [...words.slice(fromWord), ...words.slice(0, fromWord)]) {
      if (time.monotonicMs() >= endsAtMs) return;
      await word(of);
    }
  }
}

function keepUnaware({ time, draw, counts }: Stage, { platform }: Isolate): void {
  const untilMs = time.monotonicMs() + awayMs;
  switch (draw.pick(['idle', 'asleep', 'cut off'] as const)) {
    case 'idle':
      return;
    case 'asleep':
      counts['machine sleeps'] += 1;
      platform.fallAsleep(untilMs);
      return;
    case 'cut off':
      counts.partition += 1;
      platform.link.cutUntilMs[draw.pick(['redis', 'libsql'] as const)] = untilMs;
  }
}
