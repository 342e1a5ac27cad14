import { ok } from '../core/result.ts';
import type { Answer } from '../decision/answer.ts';
import type { Pipeline } from '../decision/pipeline.ts';
import type { Question } from '../decision/question.ts';
import type { Registry } from '../models/registry.ts';
import type { BodyLimits } from './body.ts';
import type { DirectHandler } from './context.ts';
import { createDecidingRoute, type DecidingOptions } from './deciding.ts';
import { readQuestion } from './question.ts';

interface DecideOptions extends DecidingOptions {
  readonly bodyLimits: BodyLimits;
  readonly barsMax: number;
  readonly registry: Pick<Registry, 'current'>;
  readonly pipeline: Pipeline;
}

/** `POST /v1/decisions`: one question, one decision. */
export function createDecideRoute(options: DecideOptions): DirectHandler {
  const { bodyLimits, barsMax, registry, pipeline, clock } = options;
  return createDecidingRoute(options, {
    name: 'decisions',
    bodyLimits,
    itemsIn: (body) => [body as Answer],
    read(body, key) {
      const question = readQuestion(body, key, {
        catalog: registry.current(),
        nowMs: clock.nowMs(),
        barsMax,
      });
      if (!question.ok) return question;
      return ok({
        clientDecisionId: question.value.clientDecisionId,
        tokens: 1,
        durability: question.value.durability,
        waitsFor: waitsFor(question.value),
        strategies: [question.value.strategy],
        decide: (view, scope, stages) => pipeline.decide(question.value, view, scope, stages),
      });
    },
  });
}

function waitsFor({ input, overrideId }: Question): 'redis' | 'market-data' | null {
  if (input.kind === 'none') return 'market-data';
  return overrideId === null ? null : 'redis';
}
