import type { DecisionLog } from '../audit/decision-log.ts';
import type { DecisionRecord } from '../audit/decision-record.ts';
import type { Writer } from '../audit/writer.ts';
import type { Control } from '../control/control.ts';
import type { ControlView } from '../control/view.ts';
import type { Clock, Timers } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import type { RequestScope } from '../runtime.ts';
import type { Stages } from '../telemetry/stages.ts';
import { type Answer, type Estimates, hold, type Judgement } from './answer.ts';
import type { Arms } from './arms.ts';
import { capSize } from './cap-size.ts';
import { composeAnswer } from './compose-answer.ts';
import { type Judged, judgeQuestion, nothingComputed } from './judge-question.ts';
import { confine, permits } from './policy.ts';
import type { Question } from './question.ts';
import { type RecordFacts, recordDecision, recordVoid } from './record-decision.ts';

/** How a question ends. Refusals are values; the door maps them to problems. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly epoch: number }
  /** The record could not be written before the answer, as `durability: ack` asks. */
  | { readonly kind: 'not-recorded' }
  /** The permission or the answer's validity ended while the record was written. */
  | { readonly kind: 'superseded' };

interface PipelineOptions {
  readonly arms: Arms;
  readonly control: Pick<Control, 'current'>;
  readonly log: DecisionLog;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdSource;
  readonly writer: Writer;
  readonly receiptSecret: string;
  readonly configHash: string;
  readonly freshnessGraceMs: number;
}

export interface Pipeline {
  /**
   * Answers a question under a permission, or without one (then HOLD). `granted` is the permission the caller
   * got; the pipeline looks again after every await and before anything leaves.
   */
  decide(
    question: Question,
    granted: ControlView | undefined,
    scope: RequestScope,
    stages: Stages,
  ): Promise<Outcome>;
}

interface Composed {
  readonly answer: Answer;
  /** Undefined where the log had no room: such an answer is HOLD and leaves no record. */
  readonly record: DecisionRecord | undefined;
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const { arms, control, log, clock, timers, ids, writer, receiptSecret, configHash, freshnessGraceMs } =
    options;

  const nextFacts = (): RecordFacts => ({
    receiptSecret,
    ...writer.nextPlace(),
    nowMs: clock.nowMs(),
    configHash,
  });

  /** Lets a log that is behind catch up, before anything is looked at that could grow old meanwhile. */
  async function pace(stages: Stages): Promise<void> {
    const paceMs = log.paceMs();
    if (paceMs === 0) return;
    stages.begin('pace');
    await timers.sleep(paceMs);
  }

  function validUntilMs(question: Question, view: ControlView | undefined, nowMs: number): number | null {
    if (question.asOfMs !== null) return null;
    const leaseMs = view ? Math.max(0, Math.floor(view.expiresAtMs - clock.monotonicMs())) : 0;
    return nowMs + Math.min(question.model.bundle.manifest.policy.validForMs, leaseMs);
  }

  function compose(question: Question, judged: Judged, view: ControlView | undefined): Composed {
    const nowMs = clock.nowMs();
    const hasRoom = question.durability === 'ack' || log.hasRoom();
    const judgement = hasRoom
      ? permitted(capSize(judged.judgement, question), view)
      : hold('safety', 'LOG_UNAVAILABLE', 'the decision log is full', judged.judgement);
    const unsealed = composeAnswer(question, judged, judgement, {
      id: ids.next(),
      nowMs,
      validUntilMs: validUntilMs(question, view, nowMs),
      durability: !hasRoom ? 'none' : question.durability === 'ack' ? 'acked' : 'pending',
    });
    if (!hasRoom) return { answer: { ...unsealed, recordHash: null, receipt: null }, record: undefined };
    const record = recordDecision(question, judged, unsealed, view, nextFacts());
    return { answer: { ...unsealed, recordHash: record.recordHash, receipt: record.receipt }, record };
  }

  /** Whether an answer that waited for its record may still leave. */
  function stillHolds(answer: Answer, epoch: number): boolean {
    if (!answer.actionable) return true;
    const view = control.current();
    const isValid = answer.validUntil !== null && clock.nowMs() < Date.parse(answer.validUntil);
    return isValid && view?.epoch === epoch && permits(view.tradingState, answer.effect);
  }

  async function decide(
    asked: Question,
    granted: ControlView | undefined,
    scope: RequestScope,
    stages: Stages,
  ): Promise<Outcome> {
    await pace(stages);
    const question = granted ? arms.choose(asked, scope) : asked;
    // A refused `ack` leaves a void, which needs room as well.
    if (question.durability === 'ack' && !log.hasRoom()) return { kind: 'not-recorded' };
    const judged = granted
      ? await judgeQuestion(question, { nowMs: clock.nowMs(), freshnessGraceMs, stages })
      : {
          ...nothingComputed,
          judgement: withoutPermission('the shared control state could not be read in time'),
        };
    const view = control.current();
    stages.begin('record');
    const { answer, record } = compose(question, judged, view);
    const epoch = view?.epoch ?? 0;
    const answered = (): Outcome => {
      const { judgement } = judged;
      arms.compare(question, { decisionId: answer.id, nowMs: clock.nowMs(), judgement }, scope);
      return { kind: 'answered', answer, epoch };
    };
    if (!record) return answered();
    if (question.durability === 'pending') {
      log.append(record, scope);
      return answered();
    }
    const written = await log.acknowledge(record);
    if (written.ok && stillHolds(answer, epoch)) return answered();
    const reason = written.ok ? 'superseded' : 'not-recorded';
    log.append(recordVoid(question, record, ids.next(), reason, nextFacts()), scope);
    return { kind: reason };
  }

  return { decide };
}

/** Looks again at the permission, as late as possible, and takes from the judgement what it no longer allows. */
function permitted(judgement: Judgement, view: ControlView | undefined): Judgement {
  if (judgement.action === 'HOLD') return judgement;
  if (!view) return withoutPermission('the permission ended', judgement);
  return confine(judgement, view.tradingState);
}

const withoutPermission = (detail: string, estimates?: Estimates): Judgement =>
  hold('safety', 'CONTROL_UNAVAILABLE', detail, estimates);
