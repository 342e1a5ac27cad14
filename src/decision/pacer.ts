import type { DecisionLog } from '../audit/decision-log.ts';
import type { Control } from '../control/control.ts';
import type { ControlView } from '../control/view.ts';
import type { Clock, Timers } from '../core/clock.ts';
import type { Eventual } from '../core/eventual.ts';
import type { RequestScope } from '../runtime.ts';
import type { Stages } from '../telemetry/stages.ts';
import { decisionsAtOnceMax } from './question.ts';

/** What long work waits for, so that an isolate at its limit still does what everything else hangs on. */
export interface Pacer {
  /**
   * Lets a log that is behind catch up, and of batches so many pass in a turn of the event loop as make the largest one: sixteen
   * of those in one turn let no reply of Redis in for longer than a renewal may take, and then nothing is permitted. Where
   * the wait outlived the view, or what is left of it is less than long work takes, a new one is there afterwards if one can be had.
   *
   * @param granted the permission that the caller has; undefined where nothing may come of it but HOLD
   */
  pace(
    decisions: number,
    granted: ControlView | undefined,
    scope: RequestScope,
    stages: Stages,
  ): Eventual<void>;
}

interface PacerOptions {
  readonly log: Pick<DecisionLog, 'paceMs'>;
  readonly control: Pick<Control, 'ensure'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers: Timers;
}

/** Below it a batch costs little more than a request does. */
const manyMin = 16;
/**
 * Of a view's life, for so many: the largest batch is 7 to 10 ms of work in which no reply comes in, and several times that on a busy
 * machine. A view that ended meanwhile would hold all of it, with every store well.
 */
const workLifeShareMin = 0.05;
/** A batch that has waited for its turn so long goes on all the same. */
const turnWaitMsMax = 250;
/** Whoever passed and never opened the way again, since its request was cut off, is forgotten after this. */
const closedMsMax = 100;
/** Timers have milliseconds: less, and whoever waits costs more than it waits. */
const pollMs = 1;

/** Plain data: on Workers no request may await what another one began. */
export function createPacer({ log, control, clock, timers }: PacerOptions): Pacer {
  let closedUntilMs = Number.NEGATIVE_INFINITY;
  let taken = 0;

  /** A second turn later, since the first may come before anything was let in. */
  async function openBehind(own: number): Promise<void> {
    await timers.sleep(0);
    await timers.sleep(0);
    if (closedUntilMs === own) closedUntilMs = Number.NEGATIVE_INFINITY;
  }

  const isUnderWay = (nowMs: number): boolean => nowMs < closedUntilMs;
  const hasRoom = (decisions: number): boolean => taken + decisions <= decisionsAtOnceMax;

  function enterTurn(decisions: number, nowMs: number, scope: RequestScope): void {
    if (isUnderWay(nowMs) && hasRoom(decisions)) {
      taken += decisions;
      return;
    }
    taken = decisions;
    closedUntilMs = nowMs + closedMsMax;
    scope.waitUntil(openBehind(closedUntilMs));
  }

  async function takeTurn(decisions: number, scope: RequestScope, stages: Stages): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    const hasToWait = isUnderWay(startedAtMs) && !hasRoom(decisions);
    if (hasToWait) stages.begin('pace');
    let nowMs = startedAtMs;
    while (isUnderWay(nowMs) && !hasRoom(decisions) && nowMs - startedAtMs < turnWaitMsMax) {
      await timers.sleep(pollMs);
      nowMs = clock.monotonicMs();
    }
    enterTurn(decisions, nowMs, scope);
  }

  async function wait(
    decisions: number,
    paceMs: number,
    granted: ControlView | undefined,
    scope: RequestScope,
    stages: Stages,
  ): Promise<void> {
    if (paceMs > 0) {
      stages.begin('pace');
      await timers.sleep(paceMs);
    }
    const isMany = decisions >= manyMin;
    if (isMany) await takeTurn(decisions, scope, stages);
    if (granted) await control.ensure(scope, isMany ? workLifeShareMin : 0);
  }

  return {
    pace(decisions, granted, scope, stages) {
      const paceMs = log.paceMs(decisions);
      return paceMs > 0 || decisions >= manyMin ? wait(decisions, paceMs, granted, scope, stages) : undefined;
    },
  };
}
