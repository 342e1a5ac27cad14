import { ok } from '../core/result.ts';
import type { Engine } from './engine.ts';

/**
 * Which engine runs the models. `kernel-or-ort`: the kernel where it knows every node of a model's graph, else
 * onnxruntime-web, which is loaded only then.
 */
export const engineChoices = ['kernel', 'ort', 'kernel-or-ort'] as const;

export type EngineChoice = (typeof engineChoices)[number];

interface ChosenEngineOptions {
  readonly choice: EngineChoice;
  readonly loadKernel: () => Engine;
  readonly loadOrt: () => Engine;
}

/** The engine of a choice. Its runnables say which engine they are of, and why. */
export function createChosenEngine({ choice, loadKernel, loadOrt }: ChosenEngineOptions): Engine {
  const chosen = `the configuration chose ${choice}`;
  let ort: Engine | undefined;
  const withOrt = async (graph: Parameters<Engine['prepare']>[0], engineReason: string) => {
    ort ??= loadOrt();
    const runnable = await ort.prepare(graph);
    return runnable.ok ? ok({ ...runnable.value, engineReason }) : runnable;
  };
  if (choice === 'ort') return { name: 'ort', prepare: (graph) => withOrt(graph, chosen) };
  const kernel = loadKernel();
  return {
    name: choice,
    async prepare(graph) {
      const runnable = await kernel.prepare(graph);
      if (runnable.ok)
        return ok({ ...runnable.value, engineReason: `${chosen}; ${runnable.value.engineReason}` });
      if (choice === 'kernel') return runnable;
      return withOrt(graph, `${chosen}; the kernel does not run it: ${runnable.error.detail}`);
    },
  };
}
