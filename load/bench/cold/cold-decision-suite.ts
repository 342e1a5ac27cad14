import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { buildWorker, SHIPPED_BUNDLES } from '../../../src/local/build-worker.ts';
import { TICKER_TOKEN, workerdConfig } from '../../../src/local/workerd-config.ts';
import { startWorkerd } from '../../../src/local/workerd-process.ts';
import { decisionBodies } from '../http/decision-bodies.ts';
import { startService } from '../http/service-server.ts';
import type { Sample } from '../interleave.ts';
import type { Suite } from '../suite.ts';

const STOP_GRACE_MS = 2_000;

const measuredSchema = z.object({
  body: z.string(),
  modulesMs: z.number(),
  composeMs: z.number(),
  decisionMs: z.number(),
  networkMs: z.number(),
});

/** The first decision of a fresh process, whole and by its parts. */
export const coldDecision: Suite = {
  name: 'cold-decision',
  title: 'First decision of a fresh process, in workerd',
  metrics: [
    { name: 'spawn to answer ms', better: 'lower', isCompared: false },
    { name: 'without network ms', better: 'lower', isCompared: true },
    { name: 'modules ms', better: 'lower', isCompared: false },
    { name: 'compose ms', better: 'lower', isCompared: false },
    { name: 'decision ms', better: 'lower', isCompared: false },
    { name: 'of it network ms', better: 'lower', isCompared: false },
  ],
  rounds: 7,
  async prepare({ progress }) {
    const workDir = mkdtempSync(join(tmpdir(), 'ultrathink-cold-'));
    const moduleDir = join(workDir, 'worker');
    const modules = await buildWorker({
      entry: join(import.meta.dirname, 'cold-decision-worker.ts'),
      outDir: moduleDir,
      bundlesDir: SHIPPED_BUNDLES,
      bundles: 'local',
      engines: 'all',
    });
    // Brings up the stores, and resumes trading; the Workers that are measured share them.
    const warm = await startService({ runtime: 'bun', dataDir: workDir, progress, log: 'real' });
    const environment = {
      ...(parseEnv(readFileSync(join(workDir, 'service.env'), 'utf8')) as Record<string, string>),
      MODELS: 'spx-1d,active',
    };
    const config = workerdConfig({ modules, address: '127.0.0.1:0', environment: Object.keys(environment) });
    const measure = () => firstDecision({ config, moduleDir, workDir, environment, ...warm });
    return {
      subjects: [{ name: 'spx-1d and active, kernel', baseline: null, measure }],
      conditions: [
        "By the Worker's own clock, which runs on one machine; modules: evaluation of every module, without reading and compiling them; compose: configuration, signatures, engine, a probe of each model; decision: a key that is read, control state that is synced; spawn to answer: by the client, workerd's own start with it.",
      ],
      faults: () => [],
      async close() {
        await warm.stop();
        rmSync(workDir, { recursive: true });
      },
    };
  },
};

interface ColdOptions {
  readonly config: string;
  readonly moduleDir: string;
  readonly workDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly authorization: string;
}

async function firstDecision(options: ColdOptions): Promise<Sample> {
  const { config, moduleDir, workDir, environment, authorization } = options;
  const [body] = decisionBodies('features', Date.now());
  const spawnedMs = performance.now();
  const { child, ports } = await startWorkerd({
    config,
    configPath: join(workDir, 'cold.capnp'),
    moduleDir,
    environment: { ...environment, [TICKER_TOKEN]: 'of no use here' },
  });
  try {
    const url = `http://127.0.0.1:${(await ports).get('http')}/v1/decisions`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const measured = measuredSchema.parse(await response.json());
    const answeredMs = performance.now();
    const { action, holdKind }: { action?: string; holdKind?: string } = JSON.parse(measured.body);
    if (!action || holdKind === 'safety') throw new Error(`it was no decision: ${measured.body}`);
    const { modulesMs, composeMs, decisionMs, networkMs } = measured;
    return {
      'spawn to answer ms': answeredMs - spawnedMs,
      'without network ms': modulesMs + composeMs + decisionMs - networkMs,
      'modules ms': modulesMs,
      'compose ms': composeMs,
      'decision ms': decisionMs,
      'of it network ms': networkMs,
    };
  } finally {
    await child.stop(STOP_GRACE_MS);
  }
}
