import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { openStoredRegistry, released, row } from './stored-registry.ts';

const SWAPS = 1_000;
const REQUESTS_AT_ONCE = 16;
/** Each says something that no other says, so that an answer shows which model gave it. */
const releases = Array.from({ length: 12 }, (_, i) => released((i - 6) / 2, { name: 'coin' }));
const scores = new Map(
  releases.map(({ bundle }, i) => [bundle.hash, Math.fround(1 / (1 + Math.exp(-(i - 6) / 2)))]),
);

let stored: Awaited<ReturnType<typeof openStoredRegistry>>;
let memories: WebAssembly.Memory[];
const { Instance } = WebAssembly;

beforeEach(async () => {
  memories = [];
  // The kernel keeps its memory to itself; how large it is, is what is to be shown.
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      const { memory } = this.exports;
      if (memory instanceof WebAssembly.Memory && 'freeFrom' in this.exports) memories.push(memory);
    }
  };
  stored = await openStoredRegistry(releases.slice(0, 1));
});
afterEach(async () => {
  WebAssembly.Instance = Instance;
  await stored.close();
});

describe('a model that is swapped a thousand times under load', () => {
  it('fails no request, answers by whole models alone, and grows the memory of the kernel by nothing', {
    timeout: 300_000,
  }, async () => {
    for (const release of releases) await stored.store(release);
    const { registry, follow, reported } = await stored.isolate();
    const random = new SeededRandom(5);
    let isOver = false;
    let answers = 0;
    const answeredBy = new Set<string>();

    /** As a request does it: it looks once, waits as for its permit, and runs what it found. */
    async function request(): Promise<void> {
      const leave = registry.enter();
      const model = registry.current().byName('coin');
      for (let turns = random.below(6); turns > 0; turns -= 1) await new Promise(setImmediate);
      const ran = await model?.runnable.run(row, 1);
      leave();
      if (!model || !ran?.ok) throw new Error(`a request failed: ${JSON.stringify(ran)}`);
      expect(ran.value[0]).toBeCloseTo(scores.get(model.bundle.hash) ?? Number.NaN, 6);
      answeredBy.add(model.bundle.hash);
      answers += 1;
    }
    const client = async (): Promise<void> => {
      while (!isOver) {
        await request();
        await new Promise(setImmediate);
      }
    };
    const clients = Array.from({ length: REQUESTS_AT_ONCE }, client);

    let warmBytes = 0;
    for (let swap = 1; swap <= SWAPS; swap += 1) {
      const release = releases[swap % releases.length];
      await follow(await stored.point('coin', release?.bundle.hash ?? ''));
      expect(registry.current().byName('coin')?.bundle.hash).toBe(release?.bundle.hash);
      if (swap === 50) warmBytes = memories[0]?.buffer.byteLength ?? 0;
    }
    isOver = true;
    await Promise.all(clients);
    expect(reported).toEqual([]);
    expect(answeredBy.size).toBe(releases.length);
    expect(answers).toBeGreaterThan(SWAPS);
    expect(memories).toHaveLength(1);
    expect(memories[0]?.buffer.byteLength).toBe(warmBytes);
  });
});
