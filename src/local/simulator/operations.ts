import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import type { Isolate } from './isolate.ts';
import { leavingKey } from './keys.ts';
import type { Operator } from './operator.ts';
import type { Pace } from './scenarios/stage.ts';

interface OperationOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly pace: Pace;
  readonly operator: Operator;
  readonly living: () => readonly Isolate[];
  /** Whether the minute's jobs run beside everything else. */
  readonly isKeeping: boolean;
  /** Puts another bundle in force; undefined where models stay. */
  readonly replaceModel: (() => void) | undefined;
}

const revokingShare = 0.3;
/** Of the runs, in which an operator's secret is stolen, and rotated away. */
const stolenShare = 0.1;
const replacements = 2;
const ticksPerRun = 4;

/** Has operators change keys, models and the trading state, and the minute's jobs run, while faults last. */
export function scheduleOperations(options: OperationOptions): void {
  const { time, draw, operator, isKeeping, replaceModel } = options;
  const { faultyMs, changesPerSecond } = options.pace;
  if (isKeeping) tickOn(options);
  if (draw.chance(revokingShare)) time.after(draw.between(0, faultyMs), () => operator.revoke());
  if (draw.chance(stolenShare)) void useStolenSecret(options);
  if (replaceModel) {
    for (let count = 0; count < replacements; count++) time.after(draw.between(0, faultyMs), replaceModel);
  }
  const again = () =>
    time.after(
      draw.gapMs(changesPerSecond),
      () => {
        operator.perform();
        again();
      },
      () => time.monotonicMs() >= faultyMs,
    );
  again();
}

function tickOn(options: OperationOptions): void {
  const { time, draw, pace, living } = options;
  time.after(
    draw.gapMs((ticksPerRun * 1_000) / pace.faultyMs),
    () => {
      void draw.pick(living())?.tick();
      tickOn(options);
    },
    () => time.monotonicMs() >= pace.faultyMs,
  );
}

/** Whoever has the secret of before goes on saying what lets trading go, to anybody. */
async function useStolenSecret({ time, draw, pace, operator, living }: OperationOptions): Promise<void> {
  await time.sleep(draw.between(0, pace.faultyMs / 4));
  await operator.rotate(leavingKey, 0, [leavingKey]);
  while (time.monotonicMs() < pace.faultyMs) {
    const of = draw.pick(living());
    if (!of) return;
    if (draw.chance(0.5)) await operator.resume({ of, seenAt: draw.pick(living()), by: leavingKey });
    else await operator.approveOverride('BUY', 0.9, { of, asking: [leavingKey] });
    await time.sleep(draw.gapMs(2 * pace.changesPerSecond));
  }
}
