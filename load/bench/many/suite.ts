import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RuntimeName, runtimeNames } from '../../../src/local/service-file.ts';
import { decisionBodies } from '../http/decision-bodies.ts';
import { startHandler } from '../http/handler-server.ts';
import { MeasuredServers } from '../http/measured-servers.ts';
import { cpuMsOf, residentMibOf } from '../http/process-usage.ts';
import type { Server } from '../http/server.ts';
import { startService } from '../http/service-server.ts';
import { WARM_UP_SECONDS } from '../http/warm-up.ts';
import { assertWrk, runWrk } from '../http/wrk.ts';
import type { Sample, Subject } from '../interleave.ts';
import { type Pinning, pinRest } from '../pinning.ts';
import type { PreparedSuite, Suite, SuiteOptions } from '../suite.ts';
import { runStreams, STREAM_COUNT } from './run-streams.ts';

interface Target {
  readonly name: string;
  readonly runtime: RuntimeName;
  /** `floor`: a batch, of a handler that does what no batch can leave out and nothing else. */
  readonly way: 'batch' | 'floor' | 'stream';
  /** Decisions of a call or a frame. */
  readonly count: number;
}

/** A batch's answer is long, and its first item tells enough. */
const FAULT_CHARS = 500;

interface Decided {
  /** Without those that were refused. */
  readonly decisions: number;
  readonly refused: number;
  readonly durationMs: number;
}

/** Many decisions a call, and many a frame: what is left of a request's cost when it is shared. */
export const many: Suite = {
  name: 'many',
  title: 'Decisions by batch and by stream',
  metrics: [
    { name: 'decisions/s', better: 'higher', isCompared: true },
    { name: 'CPU µs/decision', better: 'lower', isCompared: true },
    { name: 'refused %', better: 'lower', isCompared: false },
    { name: 'resident MiB', better: 'lower', isCompared: false },
  ],
  rounds: 5,
  async prepare(options) {
    assertWrk();
    const targets = allTargets().filter(({ name }) => name.includes(options.only));
    const bench = new ManyBench(options, pinRest());
    try {
      await bench.start(targets);
    } catch (cause) {
      await bench.close();
      throw cause;
    }
    return bench.prepared(targets);
  },
};

function allTargets(): readonly Target[] {
  return runtimeNames.flatMap((runtime) => [
    { name: `batch of 64, ${runtime}`, runtime, way: 'batch' as const, count: 64 },
    { name: `batch of 256, ${runtime}`, runtime, way: 'batch' as const, count: 256 },
    { name: `batch of 256, floor, ${runtime}`, runtime, way: 'floor' as const, count: 256 },
    { name: `stream, 64 a frame, ${runtime}`, runtime, way: 'stream' as const, count: 64 },
    { name: `stream, 1 a frame, ${runtime}`, runtime, way: 'stream' as const, count: 1 },
  ]);
}

const serverOf = ({ way, runtime }: Target): string =>
  `${way === 'floor' ? 'the floor' : 'the service'} on ${runtime}`;

class ManyBench {
  readonly #options: SuiteOptions;
  readonly #pinning: Pinning;
  readonly #servers: MeasuredServers;
  readonly #faults = new Set<string>();

  constructor(options: SuiteOptions, pinning: Pinning) {
    this.#options = options;
    this.#pinning = pinning;
    this.#servers = new MeasuredServers(pinning);
  }

  async start(targets: readonly Target[]): Promise<void> {
    for (const target of targets) await this.#servers.start(serverOf(target), () => this.#startOne(target));
  }

  #startOne(target: Target): Promise<Server> {
    const { signal, progress } = this.#options;
    const { runtime, way } = target;
    const { workDir } = this.#servers;
    signal.throwIfAborted();
    progress(`starting ${serverOf(target)}`);
    return way === 'floor'
      ? startHandler({ handler: 'floor', runtime, workDir })
      : startService({ runtime, dataDir: join(workDir, runtime), progress, log: 'real' });
  }

  prepared(targets: readonly Target[]): PreparedSuite {
    const { sampleSeconds } = this.#options;
    return {
      subjects: targets.map(
        (target): Subject => ({
          name: target.name,
          baseline: null,
          measure: (isWarmUp) => this.#measure(target, isWarmUp ? WARM_UP_SECONDS : sampleSeconds),
        }),
      ),
      conditions: [
        `Batches: wrk, 16 connections, 32 features an item, ${sampleSeconds} s a sample after ${WARM_UP_SECONDS} s to warm up. Streams: the typed client, ${STREAM_COUNT} streams, bars of history, each as of its own end.`,
        this.#pinning.description,
        'CPU µs/decision is the server process alone, until its log has been written. What was refused (a busy service answers 503 OVERLOADED) is no decision, and its cost is in the figure.',
        'Floor: texts, hashes, receipts, headers; nothing is checked, decided or sent.',
        'Model `active`, durability `pending`, the real log: one row a batch and a frame.',
      ],
      faults: () => [...this.#faults],
      close: () => this.close(),
    };
  }

  close(): Promise<void> {
    return this.#servers.close();
  }

  async #measure(target: Target, durationSeconds: number): Promise<Sample> {
    const server = this.#servers.get(serverOf(target));
    const cpuMsBefore = cpuMsOf(server.pid);
    const { decisions, refused, durationMs } = await this.#load(target, server, durationSeconds);
    if (decisions === 0) throw new Error('nothing was decided');
    const residentMib = residentMibOf(server.pid);
    await server.settle();
    const cpuMs = cpuMsOf(server.pid) - cpuMsBefore;
    return {
      'decisions/s': (decisions / durationMs) * 1_000,
      'refused %': (100 * refused) / (decisions + refused),
      ...(Number.isNaN(cpuMs) ? {} : { 'CPU µs/decision': (1_000 * cpuMs) / decisions }),
      ...(Number.isNaN(residentMib) ? {} : { 'resident MiB': residentMib }),
    };
  }

  async #load(
    { name, way, count }: Target,
    { url, authorization }: Server,
    durationSeconds: number,
  ): Promise<Decided> {
    const { signal } = this.#options;
    if (way === 'stream') {
      const { origin } = new URL(url);
      const outcome = await runStreams({ origin, authorization, count, durationMs: durationSeconds * 1_000 });
      if (outcome.fault !== undefined) this.#faults.add(`${name}: ${outcome.fault}`);
      return outcome;
    }
    const bodiesPath = join(this.#servers.workDir, 'batches.jsonl');
    const requests = decisionBodies('features', Date.now());
    const bodies = requests.map((_, start) => ({
      items: Array.from({ length: count }, (__, at) => requests[(start + at) % requests.length]),
    }));
    writeFileSync(bodiesPath, `${bodies.map((body) => JSON.stringify(body)).join('\n')}\n`);
    const answer = await runWrk({
      url: way === 'floor' ? url : `${url}/batch`,
      bodiesPath,
      authorization,
      durationSeconds,
      signal,
    });
    if (answer.safety > 0)
      this.#faults.add(
        `${name}: ${answer.safety} held for safety, e.g. ${answer.firstRefusal.slice(0, FAULT_CHARS)}`,
      );
    return {
      decisions: (answer.answers - answer.refused) * count,
      refused: answer.refused * count,
      durationMs: answer.durationUs / 1_000,
    };
  }
}
