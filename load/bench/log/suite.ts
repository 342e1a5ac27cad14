import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RuntimeName, runtimeNames } from '../../../src/local/service-file.ts';
import { decisionBodies } from '../http/decision-bodies.ts';
import { MeasuredServers } from '../http/measured-servers.ts';
import { SAFETY_SHARE_MAX } from '../http/safety-share.ts';
import { startService } from '../http/service-server.ts';
import { WARM_UP_SECONDS } from '../http/warm-up.ts';
import { assertWrk, runWrk } from '../http/wrk.ts';
import type { Sample, Subject } from '../interleave.ts';
import { type Pinning, pinRest } from '../pinning.ts';
import type { PreparedSuite, Suite, SuiteOptions } from '../suite.ts';

const FULL_RATE_SECONDS = 60;

/** Whether the decision log keeps up with decisions at the highest rate that the service takes. */
export const log: Suite = {
  name: 'log',
  title: 'The decision log after a minute at full rate',
  metrics: [
    { name: 'decisions/s', better: 'higher', isCompared: false },
    { name: 'rows/s', better: 'higher', isCompared: true },
    { name: 'backlog', better: 'lower', isCompared: false },
    { name: 'drain s', better: 'lower', isCompared: true },
  ],
  rounds: 1,
  async prepare(options) {
    assertWrk();
    const bench = new LogBench(options, pinRest());
    try {
      await bench.start();
    } catch (cause) {
      await bench.close();
      throw cause;
    }
    return bench.prepared();
  },
};

class LogBench {
  readonly #options: SuiteOptions;
  readonly #pinning: Pinning;
  readonly #servers: MeasuredServers;
  readonly #runtimes: readonly RuntimeName[];
  readonly #faults = new Set<string>();

  constructor(options: SuiteOptions, pinning: Pinning) {
    this.#options = options;
    this.#pinning = pinning;
    this.#servers = new MeasuredServers(pinning);
    this.#runtimes = runtimeNames.filter((name) => name.includes(options.only));
  }

  async start(): Promise<void> {
    const { progress } = this.#options;
    for (const runtime of this.#runtimes) {
      const dataDir = join(this.#servers.workDir, runtime);
      await this.#servers.start(runtime, () => startService({ runtime, dataDir, progress, log: 'real' }));
    }
  }

  prepared(): PreparedSuite {
    return {
      subjects: this.#runtimes.map(
        (name): Subject => ({
          name,
          baseline: null,
          measure: (isWarmUp) => this.#measure(name, isWarmUp ? WARM_UP_SECONDS : FULL_RATE_SECONDS),
        }),
      ),
      conditions: [
        `wrk, 32 features in, durability \`pending\`, ${FULL_RATE_SECONDS} s a sample after ${WARM_UP_SECONDS} s to warm up, as fast as answers come. Backlog: records that wait as the last answer comes; drain: from then until none waits; rows: of both times together.`,
        this.#pinning.description,
      ],
      faults: () => [...this.#faults],
      close: () => this.close(),
    };
  }

  close(): Promise<void> {
    return this.#servers.close();
  }

  async #measure(runtime: RuntimeName, durationSeconds: number): Promise<Sample> {
    const { url, authorization, backlog, settle } = this.#servers.get(runtime);
    const bodiesPath = join(this.#servers.workDir, 'features.jsonl');
    const bodies = decisionBodies('features', Date.now()).map((body) => JSON.stringify(body));
    writeFileSync(bodiesPath, `${bodies.join('\n')}\n`);
    const { signal } = this.#options;
    const answer = await runWrk({
      url,
      bodiesPath,
      authorization,
      durationSeconds,
      signal,
    });
    const endedAtMs = performance.now();
    const waiting = await backlog();
    await settle();
    const drainSeconds = (performance.now() - endedAtMs) / 1_000;
    if (answer.refused > 0) this.#faults.add(`${runtime}: ${answer.refused} refused, ${answer.firstRefusal}`);
    if (answer.safety > SAFETY_SHARE_MAX * answer.answers)
      this.#faults.add(`${runtime}: ${answer.safety} for safety, ${answer.firstRefusal}`);
    const decisions = answer.answers - answer.refused;
    const loadSeconds = answer.durationUs / 1e6;
    return {
      'decisions/s': decisions / loadSeconds,
      'rows/s': decisions / (loadSeconds + drainSeconds),
      backlog: waiting,
      'drain s': drainSeconds,
    };
  }
}
