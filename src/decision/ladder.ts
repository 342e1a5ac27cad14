import type { Breaker } from '../control/breakers/breaker.ts';
import type { BreakerName } from '../control/breakers/breaker-settings.ts';
import type { Breakers } from '../control/breakers/breakers.ts';
import type { Clock, Timers } from '../core/clock.ts';
import type { Registry } from '../models/registry.ts';
import type { RequestScope } from '../runtime.ts';
import { Stages } from '../telemetry/stages.ts';
import { fitsQuestion } from './fits-question.ts';
import { judgeQuestion } from './judge-questions.ts';
import type { Question } from './question.ts';
import { type Rung, rungs } from './rung.ts';

export interface Ladder {
  /**
   * The question under the best rung that is well: itself while the model in production is, and where none may stand in for
   * it. Waits for nothing; while another stands in, what is above it is probed behind the answer.
   */
  choose(question: Question, scope: RequestScope): Question;
  breakerOf(question: Pick<Question, 'rung' | 'arm'>): Breaker;
}

interface LadderOptions {
  readonly breakers: Pick<Breakers, 'of' | 'stateOf'>;
  readonly registry: Pick<Registry, 'current' | 'enter'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly freshnessGraceMs: number;
  readonly report: (failure: unknown) => void;
}

const breakerNameOf = {
  FULL: 'decision',
  LIGHT: 'decision-light',
  RULES: 'decision-rules',
} as const satisfies Record<Rung, BreakerName>;

const aliasOf = { LIGHT: 'light', RULES: 'rules' } as const;

/** A probe that was cut off with its request never ends; far above what a model takes. */
const probeMsMax = 5_000;

/**
 * The degraded ladder. A rung's circuit breaker alone says whether it is well, so a mode lasts as long as a breaker is open: what
 * fails before one opens is HOLD, and is answered by no other model. A tripped breaker is an operator's word, and leads to
 * no lower rung.
 *
 * | `decision` is | and a released rung below is closed | answer                                         |
 * |---------------|-------------------------------------|------------------------------------------------|
 * | closed        | –                                   | FULL                                           |
 * | tripped       | –                                   | HOLD                                           |
 * | open          | yes                                 | the first such                                 |
 * | half-open     | yes                                 | the first such; FULL is probed behind it       |
 * | open          | no                                  | HOLD                                           |
 * | half-open     | no                                  | FULL where it is the probe, else HOLD          |
 */
export function createLadder(options: LadderOptions): Ladder {
  const { breakers, registry, clock, timers, freshnessGraceMs, report } = options;
  let probing: { readonly endsAtMs: number } | undefined;

  /** A candidate that is broken closes nobody's way but its own. */
  const breakerOf: Ladder['breakerOf'] = ({ rung, arm }) =>
    breakers.of(arm === 'candidate' ? 'decision-candidate' : breakerNameOf[rung]);
  const stateOf = (rung: Rung) => breakers.stateOf(breakerNameOf[rung]);

  function onRung(question: Question, rung: keyof typeof aliasOf): Question | undefined {
    const model = registry.current().onRung(question.model.bundle.manifest.name, aliasOf[rung]);
    return model && fitsQuestion(model, question) ? { ...question, model, rung } : undefined;
  }

  async function probe(question: Question): Promise<void> {
    // A turn later, so that the answer is out before anything is computed.
    await timers.sleep(0);
    await judgeQuestion(
      { ...question, explain: false },
      {
        nowMs: clock.nowMs(),
        freshnessGraceMs,
        load: 'normal',
        breakerOf,
        clock,
        stages: new Stages(clock, 'probe'),
      },
    );
  }

  /** Its breaker counts what comes of it, and lets through no more than the fleet may. */
  function probeBehind(question: Question, scope: RequestScope): void {
    const nowMs = clock.monotonicMs();
    if (stateOf(question.rung) !== 'half-open' || (probing && nowMs < probing.endsAtMs)) return;
    const own = { endsAtMs: nowMs + probeMsMax };
    probing = own;
    // The request ends before this does, and its models with it.
    const leave = registry.enter();
    scope.waitUntil(
      probe(question)
        .catch(report)
        .finally(() => {
          if (probing === own) probing = undefined;
          leave();
        }),
    );
  }

  return {
    breakerOf,
    choose(question, scope) {
      const state = stateOf('FULL');
      if (state === 'closed' || state === 'tripped') return question;
      const above = [question];
      for (const rung of rungs) {
        const standIn = rung === 'FULL' ? undefined : onRung(question, rung);
        if (!standIn) continue;
        if (stateOf(rung) === 'closed') {
          for (const asked of above) probeBehind(asked, scope);
          return standIn;
        }
        above.push(standIn);
      }
      return question;
    },
  };
}
