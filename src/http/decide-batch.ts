import type { z } from 'zod';
import { checkOfShape } from '../core/check-of-shape.ts';
import { ok, type Result } from '../core/result.ts';
import type { Answer } from '../decision/answer.ts';
import type { Pipeline } from '../decision/pipeline.ts';
import type { KeyFacts, Question, QuestionBatch } from '../decision/question.ts';
import type { Registry } from '../models/registry.ts';
import { answeredItems } from './answered-items.ts';
import type { BodyLimits } from './body.ts';
import type { DirectHandler } from './context.ts';
import { createDecidingRoute, type DecidingOptions } from './deciding.ts';
import type { batchRequestSchema } from './decision-schemas.ts';
import { decisionShapes } from './decision-shapes.ts';
import { createItemReader } from './item-reader.ts';
import type { Problem, ProblemBody } from './problem.ts';
import { invalid, unfit } from './read-shape.ts';

interface DecideBatchOptions extends DecidingOptions {
  readonly bodyLimits: BodyLimits;
  readonly barsMax: number;
  readonly registry: Pick<Registry, 'current'>;
  readonly pipeline: Pipeline;
}

type Item = Result<Question, Problem>;

const isBatchRequest = checkOfShape<z.infer<typeof batchRequestSchema>>(decisionShapes.batch);

/**
 * `POST /v1/decisions/batch`: many questions in one call, each answered as the single route would, or refused by itself.
 * The call costs a token an item that is decided, and is refused as a whole when not all can be had.
 */
export function createDecideBatchRoute(options: DecideBatchOptions): DirectHandler {
  const { bodyLimits, barsMax, registry, pipeline, clock } = options;
  return createDecidingRoute(options, {
    name: 'batch',
    bodyLimits,
    itemsIn: (body) => (body as BatchAnswer).items,
    read(body, key) {
      if (!isBatchRequest(body)) return unfit(decisionShapes.batch, body);
      const { durability = 'pending', clientDecisionId = null } = body;
      const now = { catalog: registry.current(), nowMs: clock.nowMs(), barsMax };
      const readNext = createItemReader(key, now);
      const items = body.items.map((item) => readNext(item));
      const questions = items.map((item) => (item.ok ? withDurability(item.value, durability) : undefined));
      const tokens = questions.filter((question) => question !== undefined).length;
      if (tokens > key.burst) return overBurst(tokens, key);
      const batch: QuestionBatch = { key, questions, durability };
      return ok({
        clientDecisionId,
        tokens,
        durability,
        waitsFor: null,
        strategies: questions.map((question) => question?.strategy ?? null),
        async decide(view, scope, stages) {
          if (tokens === 0) return answered(items, [], 0);
          const outcome = await pipeline.decideMany(batch, view, scope, stages);
          return outcome.kind === 'answered' ? answered(items, outcome.items, outcome.epoch) : outcome;
        },
      });
    },
  });
}

interface BatchAnswer {
  /** As the request's items. */
  readonly items: readonly (Answer | ProblemBody)[];
}

const withDurability = (question: Question, durability: Question['durability']): Question =>
  question.durability === durability ? question : { ...question, durability };

function overBurst(tokens: number, { burst }: KeyFacts): Result<never, Problem> {
  const message = `${tokens} decisions at once are more than the key's burst of ${burst}`;
  return invalid([{ path: 'items', code: 'OVER_BURST', message }]);
}

function answered(items: readonly Item[], decided: Parameters<typeof answeredItems>[2], epoch: number) {
  let least = Number.POSITIVE_INFINITY;
  for (const item of decided) {
    if (item !== undefined && item !== 'superseded') least = Math.min(least, item.validForMs ?? least);
  }
  const text = answeredItems('{"items":[', items, decided);
  return { kind: 'answered' as const, text, validForMs: Number.isFinite(least) ? least : null, epoch };
}
