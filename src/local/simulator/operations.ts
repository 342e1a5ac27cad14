import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import type { Isolate } from './isolate.ts';
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
const replacements = 2;
const ticksPerRun = 4;

/** Has operators change keys, models and the trading state, and the minute's jobs run, while faults last. */
export function scheduleOperations(options: OperationOptions): void {
  const { time, draw, operator, isKeeping, replaceModel } = options;
  const { faultyMs, changesPerSecond } = options.pace;
  if (isKeeping) tickOn(options);
  if (draw.chance(revokingShare)) time.after(draw.between(0, faultyMs), () => operator.revoke());
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
