import type { Admission, Breaker } from '../control/breakers/breaker.ts';
import type { Clock } from '../core/clock.ts';
import { type Eventual, whenHere } from '../core/eventual.ts';
import { messageOf } from '../core/message-of.ts';
import { err, type Result } from '../core/result.ts';
import type { ServedModel } from '../models/catalog.ts';
import { type Hold, hold } from './answer.ts';
import type { Scores } from './policy.ts';
import { type Scored, scoreRow, scoreRows } from './score-rows.ts';

/** What the breaker was when the model was to run; kept in the record. */
export interface BreakerReading {
  readonly generation: number;
  readonly state: 'closed' | 'probe' | 'open' | 'tripped';
}

/** A row's scores, or why there are none, and the breaker's part in it. */
export interface GuardedScores {
  readonly breaker: BreakerReading;
  readonly scored: Result<Scores, Hold>;
}

interface GuardOptions {
  readonly breaker: Breaker;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** A thousand times what a run takes; the market has moved on. The clock of deployed Workers sees no run at all. */
const deadlineMs = 250;

/**
 * Rows through the model under the decision's circuit breaker, for which they are one call. A throw, an output that is no
 * probability and a missed deadline are failures of the model, and nothing else is: what a client sent was judged before.
 */
export function scoreGuarded(
  model: ServedModel,
  rows: readonly Float32Array[],
  { breaker, clock }: GuardOptions,
): Eventual<readonly GuardedScores[]> {
  const startedAtMs = clock.monotonicMs();
  const admission = breaker.admit(startedAtMs);
  const reading = readingOf(admission);
  if (admission.kind === 'refused') {
    const scored = err(refusedBy(admission.retryAfterMs));
    return rows.map(() => ({ breaker: reading, scored }));
  }
  return whenHere(attempt(model, rows), (run) => {
    const nowMs = clock.monotonicMs();
    const tookMs = nowMs - startedAtMs;
    const scored = tookMs > deadlineMs ? rows.map(() => tooLate) : run;
    breaker.settle(admission, { failed: scored.some((row) => !row.ok), tookMs }, nowMs);
    return scored.map((row) => ({ breaker: reading, scored: orHold(row) }));
  });
}

/** The same of one row, without a list around it: of single decisions each is one. */
export function scoreOneGuarded(
  model: ServedModel,
  values: Float32Array,
  { breaker, clock }: GuardOptions,
): Eventual<GuardedScores> {
  const startedAtMs = clock.monotonicMs();
  const admission = breaker.admit(startedAtMs);
  const reading = readingOf(admission);
  if (admission.kind === 'refused')
    return { breaker: reading, scored: err(refusedBy(admission.retryAfterMs)) };
  return whenHere(attemptOne(model, values), (run) => {
    const nowMs = clock.monotonicMs();
    const tookMs = nowMs - startedAtMs;
    const scored = tookMs > deadlineMs ? tooLate : run;
    breaker.settle(admission, { failed: !scored.ok, tookMs }, nowMs);
    return { breaker: reading, scored: orHold(scored) };
  });
}

const tooLate = err('it missed its deadline');

const orHold = (row: Scored): GuardedScores['scored'] =>
  row.ok ? row : err(hold('safety', 'MODEL_FAILED', row.error));

function attemptOne(model: ServedModel, values: Float32Array): Eventual<Scored> {
  const failed = (failure: unknown) => err(messageOf(failure));
  try {
    const scored = scoreRow(model, values);
    return scored instanceof Promise ? scored.catch(failed) : scored;
  } catch (failure) {
    return failed(failure);
  }
}

function attempt(model: ServedModel, rows: readonly Float32Array[]): Eventual<readonly Scored[]> {
  const complete = (scored: readonly Scored[]) => rows.map((_, at) => scored[at] ?? err('no score'));
  const failed = (failure: unknown) => rows.map(() => err(messageOf(failure)));
  try {
    const scored = scoreRows(model, rows);
    return scored instanceof Promise ? scored.then(complete).catch(failed) : complete(scored);
  } catch (failure) {
    return failed(failure);
  }
}

function refusedBy(retryAfterMs: number | null): Hold {
  const detail =
    retryAfterMs === null
      ? 'an operator tripped the breaker of decisions'
      : 'the model failed too often, and is left alone for a while';
  return hold('safety', 'BREAKER_OPEN', detail);
}

function readingOf(admission: Admission): BreakerReading {
  const { generation, kind } = admission;
  if (kind !== 'refused') return { generation, state: kind };
  return { generation, state: admission.retryAfterMs === null ? 'tripped' : 'open' };
}
