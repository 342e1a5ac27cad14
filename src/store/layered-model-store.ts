import type { ModelStore } from '../runtime.ts';

/** Writes go to the first store; what that does not have is read from the second, where it lay before there was a first. */
export const createLayeredModelStore = (first: ModelStore, second: ModelStore): ModelStore => ({
  async read(sha256, bytesMax) {
    const found = await first.read(sha256, bytesMax);
    return found.ok && found.value.kind === 'missing' ? second.read(sha256, bytesMax) : found;
  },
  write: (sha256, bytes) => first.write(sha256, bytes),
});
