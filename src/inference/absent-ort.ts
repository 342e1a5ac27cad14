import { err } from '../core/result.ts';
import type { Engine } from './engine.ts';

/** Stands for `ort.ts` in a Worker that is built without onnxruntime-web (`npm run build -- --engine kernel`). */
export function createOrtEngine(): Engine {
  return {
    name: 'ort',
    prepare: async () => err({ kind: 'not-loaded', detail: 'this build is without onnxruntime-web' }),
  };
}
