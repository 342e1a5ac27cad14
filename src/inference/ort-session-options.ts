import type { InferenceSession } from 'onnxruntime-web/wasm';

/** How onnxruntime-web runs a model here; its bits are compared with the kernel's under the same options. */
export const ortSessionOptions = {
  executionProviders: ['wasm'],
  enableCpuMemArena: false,
  enableMemPattern: false,
} as const satisfies InferenceSession.SessionOptions;
