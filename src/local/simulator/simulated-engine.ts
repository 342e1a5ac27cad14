import { sha256Hex } from '../../core/digest.ts';
import { err, type Result } from '../../core/result.ts';
import type { Engine, EngineFailure, ModelGraph, Runnable } from '../../inference/engine.ts';

/** What a run has its models do. */
export interface EnginePlan {
  /** Is asked before each run of rows, by the SHA-256 of the model's file; undefined where it goes well. */
  readonly failureOf: (modelSha256: string) => EngineFailure | undefined;
}

export interface SimulatedEngine extends Engine {
  plan(plan: EnginePlan): void;
}

/** The engine of the service, whose models fail as a run plans it; each is compiled once for all runs of a thread. */
export function createSimulatedEngine(inner: Engine): SimulatedEngine {
  const prepared = new Map<string, Promise<Result<Runnable, EngineFailure>>>();
  let plan: EnginePlan = { failureOf: () => undefined };

  function prepareOnce(sha256: string, graph: ModelGraph): Promise<Result<Runnable, EngineFailure>> {
    const known = prepared.get(sha256) ?? inner.prepare(graph);
    prepared.set(sha256, known);
    return known;
  }

  return {
    name: inner.name,
    plan(given) {
      plan = given;
    },
    async prepare(graph) {
      const sha256 = sha256Hex(graph.bytes);
      const runnable = await prepareOnce(sha256, graph);
      if (!runnable.ok) return runnable;
      return { ok: true, value: owned(runnable.value, () => plan.failureOf(sha256)) };
    },
  };
}

/** Of one isolate's catalog: given back, it does not run any more, whatever others do with the same model. */
function owned(runnable: Runnable, failure: () => EngineFailure | undefined): Runnable {
  let isReleased = false;
  return {
    engine: runnable.engine,
    engineReason: runnable.engineReason,
    async run(rows, rowCount) {
      if (isReleased) return err({ kind: 'not-loaded', detail: 'it was given back' });
      const failed = failure();
      return failed ? err(failed) : runnable.run(rows, rowCount);
    },
    release() {
      isReleased = true;
    },
  };
}
