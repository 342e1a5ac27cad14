import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWorker, SHIPPED_BUNDLES, type WorkerModule } from '../../../src/local/build-worker.ts';
import { TICKER_TOKEN, workerdConfig } from '../../../src/local/workerd-config.ts';
import { startWorkerd } from '../../../src/local/workerd-process.ts';
import type { Subject } from '../interleave.ts';
import type { Suite } from '../suite.ts';

const METRIC = 'ms';
const MODELS = ['spx-1d', 'active'];
const STOP_GRACE_MS = 2_000;

/** From nothing to a scored row inside workerd, each sample in a fresh process. */
export const coldInference: Suite = {
  name: 'cold-inference',
  title: 'Engine ready and first row scored, in workerd',
  metrics: [{ name: METRIC, better: 'lower', isCompared: true }],
  rounds: 7,
  async prepare({ only }) {
    const workDir = mkdtempSync(join(tmpdir(), 'ultrathink-cold-'));
    const moduleDir = join(workDir, 'worker');
    const modules = await buildWorker({
      entry: join(import.meta.dirname, 'cold-worker.ts'),
      outDir: moduleDir,
      bundlesDir: SHIPPED_BUNDLES,
      bundles: 'local',
      engines: 'all',
    });
    const subjects = MODELS.flatMap((model) =>
      ['ort', 'kernel'].map(
        (engine): Subject => ({
          name: `${model}, ${engine}`,
          baseline: engine === 'ort' ? null : `${model}, ort`,
          measure: async () => ({ [METRIC]: await coldMs({ modules, moduleDir, workDir, model, engine }) }),
        }),
      ),
    );
    return {
      subjects: subjects.filter(({ name }) => name.includes(only)),
      conditions: [
        "By the Worker's own clock, which runs on one machine: module loaded, model decoded and compiled, probe and one row run.",
      ],
      faults: () => [],
      close: async () => rmSync(workDir, { recursive: true }),
    };
  },
};

interface ColdOptions {
  readonly modules: readonly WorkerModule[];
  readonly moduleDir: string;
  readonly workDir: string;
  readonly model: string;
  readonly engine: string;
}

async function coldMs({ modules, moduleDir, workDir, model, engine }: ColdOptions): Promise<number> {
  const { child, ports } = await startWorkerd({
    config: workerdConfig({ modules, address: '127.0.0.1:0', environment: [] }),
    configPath: join(workDir, 'cold.capnp'),
    moduleDir,
    environment: { [TICKER_TOKEN]: 'of no use here' },
  });
  try {
    const port = (await ports).get('http');
    const response = await fetch(`http://127.0.0.1:${port}/?model=${model}&engine=${engine}`);
    if (!response.ok) throw new Error(await response.text());
    const { durationMs, isScored } = (await response.json()) as { durationMs: number; isScored: boolean };
    if (!isScored || !(durationMs > 0)) throw new Error(`scored: ${isScored}, in ${durationMs} ms`);
    return durationMs;
  } finally {
    await child.stop(STOP_GRACE_MS);
  }
}
