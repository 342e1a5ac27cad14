import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RuntimeName, runtimeNames } from '../../../src/local/service-file.ts';
import type { Sample, Subject } from '../interleave.ts';
import { type Pinning, pinRest } from '../pinning.ts';
import type { PreparedSuite, Suite, SuiteOptions } from '../suite.ts';
import { type BodyKind, decisionBodies } from './decision-bodies.ts';
import { type BareHandler, startHandler } from './handler-server.ts';
import { MeasuredServers } from './measured-servers.ts';
import { cpuMsOf, residentMibOf } from './process-usage.ts';
import { SAFETY_SHARE_MAX } from './safety-share.ts';
import type { Server } from './server.ts';
import { startService } from './service-server.ts';
import { WARM_UP_SECONDS } from './warm-up.ts';
import { assertWrk, runWrk, WRK_CONNECTIONS, type WrkAnswer } from './wrk.ts';

/** `decide, null log`: the same service, whose records are kept nowhere. */
type Handler = 'decide' | 'decide, null log' | BareHandler;

interface Target {
  readonly name: string;
  readonly runtime: RuntimeName;
  readonly handler: Handler;
  readonly kind: BodyKind;
}

/**
 * Decisions over HTTP on each runtime, raw and as real processes, beside a handler that only parses the same
 * JSON, and one that does what no decision can leave out; server on one core, load on another.
 */
export const http: Suite = {
  name: 'http',
  title: 'Decisions over HTTP, beside a handler that only parses the same JSON (echo)',
  metrics: [
    { name: 'answers/s', better: 'higher', isCompared: true },
    { name: 'p50 ms', better: 'lower', isCompared: false },
    { name: 'p99 ms', better: 'lower', isCompared: true },
    { name: 'CPU µs/answer', better: 'lower', isCompared: true },
    { name: 'actionable %', better: 'higher', isCompared: false },
    { name: 'resident MiB', better: 'lower', isCompared: false },
  ],
  rounds: 5,
  async prepare(options) {
    assertWrk();
    const targets = allTargets().filter(({ name }) => name.includes(options.only));
    const pinning = pinRest();
    const bench = new HttpBench(options, pinning);
    try {
      await bench.start(targets);
    } catch (cause) {
      await bench.close();
      throw cause;
    }
    return bench.prepared(targets);
  },
};

const nameOf = (handler: Handler, runtime: RuntimeName, kind: BodyKind): string =>
  `${kind}, ${runtime}, ${handler}`;

const handlersOf = (kind: BodyKind): readonly Handler[] =>
  kind === 'features' ? ['decide', 'decide, null log', 'floor', 'echo'] : ['decide', 'echo'];

function allTargets(): readonly Target[] {
  return (['features', 'bars'] as const).flatMap((kind) =>
    runtimeNames.flatMap((runtime) =>
      handlersOf(kind).map((handler) => ({
        name: nameOf(handler, runtime, kind),
        runtime,
        handler,
        kind,
      })),
    ),
  );
}

class HttpBench {
  readonly #options: SuiteOptions;
  readonly #pinning: Pinning;
  /** By handler and runtime. */
  readonly #servers: MeasuredServers;
  readonly #faults = new Set<string>();

  constructor(options: SuiteOptions, pinning: Pinning) {
    this.#options = options;
    this.#pinning = pinning;
    this.#servers = new MeasuredServers(pinning);
  }

  /** One server for all its bodies. */
  async start(targets: readonly Target[]): Promise<void> {
    for (const { runtime, handler } of targets) {
      await this.#servers.start(`${handler} ${runtime}`, () => {
        this.#options.signal.throwIfAborted();
        this.#options.progress(`starting ${handler} on ${runtime}`);
        return this.#startOne(handler, runtime);
      });
    }
  }

  prepared(targets: readonly Target[]): PreparedSuite {
    const names = new Set(targets.map(({ name }) => name));
    const { sampleSeconds } = this.#options;
    return {
      subjects: targets.map((target): Subject => {
        const baseline = target.handler === 'echo' ? null : nameOf('echo', target.runtime, target.kind);
        return {
          name: target.name,
          baseline: baseline !== null && names.has(baseline) ? baseline : null,
          measure: (isWarmUp) => this.#measure(target, isWarmUp ? WARM_UP_SECONDS : sampleSeconds),
        };
      }),
      conditions: [
        `wrk -t1 -c${WRK_CONNECTIONS}, ${sampleSeconds} s a sample after ${WARM_UP_SECONDS} s to warm up, as fast as answers come: percentiles are those at saturation.`,
        this.#pinning.description,
        'CPU µs/answer is the server process alone, until its log has been written.',
        `Bodies: ${describeBodies()}; model \`active\`, durability \`pending\`, no idempotency key.`,
        'floor: what no decision can leave out (key, body, answer, record, hash, receipt, link, headers), written straight; nothing is checked, decided or sent.',
        'decide: the real log; with the null log every statement of it leaves the process and is answered by the runner, and kept nowhere.',
      ],
      faults: () => [...this.#faults],
      close: () => this.close(),
    };
  }

  close(): Promise<void> {
    return this.#servers.close();
  }

  #startOne(handler: Handler, runtime: RuntimeName): Promise<Server> {
    switch (handler) {
      case 'echo':
      case 'floor':
        return startHandler({ handler, runtime, workDir: this.#servers.workDir });
      case 'decide':
      case 'decide, null log':
        return startService({
          runtime,
          dataDir: join(this.#servers.workDir, `${runtime} ${handler}`),
          progress: this.#options.progress,
          log: handler === 'decide' ? 'real' : 'null',
        });
    }
  }

  async #measure({ name, handler, runtime, kind }: Target, durationSeconds: number): Promise<Sample> {
    const server = this.#servers.get(`${handler} ${runtime}`);
    // Bars are live for a day only, so each sample has its own.
    const bodiesPath = join(this.#servers.workDir, `${kind}.jsonl`);
    const bodies = decisionBodies(kind, Date.now()).map((body) => JSON.stringify(body));
    writeFileSync(bodiesPath, `${bodies.join('\n')}\n`);
    const { signal } = this.#options;
    const { url, authorization } = server;
    const cpuMsBefore = cpuMsOf(server.pid);
    const answer = await runWrk({ url, bodiesPath, authorization, durationSeconds, signal });
    const residentMib = residentMibOf(server.pid);
    await server.settle();
    // After it has settled, so that writing the records counts too.
    const cpuMs = cpuMsOf(server.pid) - cpuMsBefore;
    this.#judge(name, handler, answer);
    const answered = answer.answers - answer.refused;
    return {
      'answers/s': (answered / answer.durationUs) * 1e6,
      'p50 ms': answer.p50Us / 1000,
      'p99 ms': answer.p99Us / 1000,
      ...(isBare(handler) ? {} : { 'actionable %': (100 * answer.actionable) / answered }),
      ...known('CPU µs/answer', (1000 * cpuMs) / answered),
      ...known('resident MiB', residentMib),
    };
  }

  #judge(name: string, handler: Handler, answer: WrkAnswer): void {
    const { answers, refused, safety, actionable, socketErrors, firstRefusal } = answer;
    if (answers === refused) throw new Error(`nothing was answered but ${firstRefusal || 'silence'}`);
    const fault = (what: string) => this.#faults.add(`${name}: ${what}`);
    if (socketErrors > 0) fault(`${socketErrors} socket errors in a sample`);
    if (refused > 0) fault(`${refused} of ${answers} answers were not 200, e.g. ${firstRefusal}`);
    if (safety > SAFETY_SHARE_MAX * answers) {
      fault(`${safety} of ${answers} decisions were HOLD for safety, e.g. ${firstRefusal}`);
    }
    if (!isBare(handler) && actionable === 0) fault('no decision was actionable');
  }
}

/** Whether it decides nothing. */
const isBare = (handler: Handler): handler is BareHandler => handler === 'echo' || handler === 'floor';

/** NaN stands for what this platform does not tell. */
const known = (metric: string, value: number): Sample => (Number.isNaN(value) ? {} : { [metric]: value });

function describeBodies(): string {
  return (['features', 'bars'] as const)
    .map((kind) => {
      const bodies = decisionBodies(kind, Date.now());
      const [first] = bodies;
      const count = first?.bars?.length ?? Object.keys(first?.features ?? {}).length;
      return `${count} ${kind} (${JSON.stringify(first).length} bytes)`;
    })
    .join(', ');
}
