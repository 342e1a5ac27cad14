import type { EngineFailure } from './engine.ts';

/** What keeps numbers from being scores: one that is not in [0, 1], NaN among them. */
export function scoreFault(scores: Float32Array): EngineFailure | undefined {
  for (const score of scores) {
    if (!(score >= 0 && score <= 1))
      return { kind: 'not-a-probability', detail: `score ${score} is not in [0, 1]` };
  }
  return undefined;
}
