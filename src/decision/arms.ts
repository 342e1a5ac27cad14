import type { DecisionLog } from '../audit/decision-log.ts';
import type { Breaker } from '../control/breakers/breaker.ts';
import type { Control } from '../control/control.ts';
import type { Load } from '../control/overload/load-state.ts';
import type { Clock, Timers } from '../core/clock.ts';
import { armOf } from '../experiments/arm-of.ts';
import { candidateOf } from '../experiments/candidate-of.ts';
import type { Experiment } from '../experiments/experiment.ts';
import type { ExperimentsInForce } from '../experiments/experiments-in-force.ts';
import type { TrialLog } from '../experiments/trial-log.ts';
import type { ServedModel } from '../models/catalog.ts';
import type { Registry } from '../models/registry.ts';
import type { RequestScope } from '../runtime.ts';
import { Stages } from '../telemetry/stages.ts';
import type { Judgement } from './answer.ts';
import { fitsQuestion } from './fits-question.ts';
import { judgeQuestion } from './judge-questions.ts';
import type { Question } from './question.ts';
import { type Stances, trialOf } from './trial-of.ts';

export interface Arms {
  /** The question under the arm that answers it: itself where no experiment runs. Waits for nothing. */
  choose(question: Question, scope: RequestScope): Question;
  /**
   * Behind the answer: asks both arms and keeps what they would have done. A candidate that fails, here or in the answer,
   * is demoted. Never changes an answer, and is left out first when the isolate is behind.
   */
  compare(question: Question, answered: Answered, scope: RequestScope): void;
}

interface Answered {
  readonly decisionId: string;
  /** When it was decided, epoch ms. */
  readonly nowMs: number;
  readonly judgement: Judgement;
}

interface ArmsOptions {
  readonly experiments: ExperimentsInForce;
  readonly trials: TrialLog;
  /** Ends an experiment for good, everywhere. Never throws. */
  readonly demote: (experiment: Experiment, reason: string) => Promise<void>;
  readonly registry: Pick<Registry, 'current' | 'enter'>;
  readonly control: Pick<Control, 'current'>;
  readonly load: () => Load;
  readonly log: Pick<DecisionLog, 'paceMs' | 'isFull'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly freshnessGraceMs: number;
  readonly report: (failure: unknown) => void;
}

/** Comparisons under way at once; more are left out. */
const comparisonsMax = 4;
/** One that was cut off with its request never ends; above the database's longest deadline. */
const comparisonMsMax = 10_000;

/** What is asked behind the answer neither counts for the decision's breaker nor takes a probe from it. */
const unguarded: Breaker = {
  admit: () => ({ kind: 'closed', generation: 0 }),
  settle: () => undefined,
};

export function createArms(options: ArmsOptions): Arms {
  const { experiments, trials, demote, registry, control, log, clock, timers, report } = options;
  const underWay = new Set<{ readonly endsAtMs: number }>();

  function isBusy(): boolean {
    const nowMs = clock.monotonicMs();
    for (const comparison of underWay) if (nowMs >= comparison.endsAtMs) underWay.delete(comparison);
    const isBehind = options.load() !== 'normal' || log.paceMs(1) > 0 || log.isFull();
    return isBehind || underWay.size >= comparisonsMax;
  }

  async function judgementOf(model: ServedModel, question: Question, nowMs: number): Promise<Judgement> {
    const stages = new Stages(clock, 'compare');
    const { freshnessGraceMs } = options;
    const asked = { ...question, model, position: undefined, explain: false };
    const { judgement } = await judgeQuestion(asked, {
      nowMs,
      freshnessGraceMs,
      load: 'normal',
      breakerOf: () => unguarded,
      clock,
      stages,
    });
    return judgement;
  }

  async function compareArms(
    experiment: Experiment,
    models: Readonly<Record<keyof Stances, ServedModel>>,
    question: Question,
    { decisionId, nowMs }: Answered,
  ): Promise<void> {
    // A turn later, so that the answer is out before anything is computed.
    await timers.sleep(0);
    const stances: Stances = {
      production: await judgementOf(models.production, question, nowMs),
      candidate: await judgementOf(models.candidate, question, nowMs),
    };
    const trial = trialOf(experiment, { ...question, model: models.production }, stances, {
      decisionId,
      nowMs,
    });
    if (trial && !trials.has(trial)) {
      const written = await trials.write(trial);
      if (!written.ok) report(`trials: ${written.error}`);
    }
    if (hasFailed(stances.candidate)) await end(experiment);
  }

  function end(experiment: Experiment): Promise<void> {
    experiments.suspend(experiment);
    return demote(experiment, `${experiment.terms.candidate.name} failed on a row of the trained range`);
  }

  return {
    choose(question, scope) {
      if (question.isModelNamed || question.asOfMs !== null) return question;
      const experiment = experiments.on(question.symbol, control.current()?.registryEpoch ?? 0, scope);
      const candidate = experiment && candidateOf(registry.current(), experiment.terms);
      if (!candidate || !fitsQuestion(candidate, question)) return question;
      const arm = armOf(experiment, question.key.account, question.symbol);
      return { ...question, experiment, arm, model: arm === 'candidate' ? candidate : question.model };
    },
    compare(question, answered, scope) {
      const { experiment, arm, symbol } = question;
      if (!experiment) return;
      if (arm === 'candidate' && hasFailed(answered.judgement)) {
        scope.waitUntil(end(experiment));
        return;
      }
      const catalog = registry.current();
      const production = catalog.bySymbol(symbol);
      const candidate = candidateOf(catalog, experiment.terms);
      if (!production || !candidate || isBusy()) return;
      const comparison = { endsAtMs: clock.monotonicMs() + comparisonMsMax };
      underWay.add(comparison);
      // The request ends before this does, and its models with it.
      const leave = registry.enter();
      const work = compareArms(experiment, { production, candidate }, question, answered);
      scope.waitUntil(
        work.catch(report).finally(() => {
          underWay.delete(comparison);
          leave();
        }),
      );
    },
  };
}

const hasFailed = (judgement: Judgement): boolean =>
  judgement.action === 'HOLD' && judgement.reasons.some(({ code }) => code === 'MODEL_FAILED');
