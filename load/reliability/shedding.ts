import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decisionBodies } from '../bench/http/decision-bodies.ts';
import { cpuMsOf } from '../bench/http/process-usage.ts';
import type { Server } from '../bench/http/server.ts';
import { startService } from '../bench/http/service-server.ts';
import type { Findings, Proof, ProofOptions } from './proof.ts';
import { openRawConnection, type RawConnection, type RawReply } from './raw-connection.ts';
import { spreadOf } from './spread.ts';

/** As many as keep one core busy without a queue of their own making. */
const CAPACITY_CONNECTIONS = 16;
const CAPACITY_MS = 4_000;
const OVERLOAD_MS = 6_000;
/** In which the first queue is built and shed; what is claimed holds from then on. */
const ONSET_MS = 1_500;
const TIMES = 2;
/** At twice the rate, this many are under way only where an answer takes far longer than it may. */
const CONNECTIONS = 1_000;
/** Of those that should have left: a generator that gets no processor for a second has that many due at once. */
const UNSENT_SHARE_MAX = 0.02;
const GOODPUT_MIN = 0.8;
const ADMITTED_MS_P99_MAX = 500;

/** One service on Bun is asked for twice what it can, by clients that do not slow down for it. */
export const shedding: Proof = {
  name: 'shedding',
  claim: `twice the decisions that a service can make: at least ${GOODPUT_MIN * 100} % of what it can is answered, within ${ADMITTED_MS_P99_MAX} ms of a whole core at the 99th percentile, and the rest is 503 OVERLOADED`,
  trials: 3,
  run: proveShedding,
};

interface Trial {
  /** Answers a second, without and with an overload, and what the second is of the first by the service's processor time. */
  readonly capacity: number;
  readonly goodput: number;
  readonly goodputByCpu: number;
  readonly offered: number;
  readonly admittedMsP99: number;
  /** The same in the service's processor time: what it would be on a core of its own. */
  readonly admittedCpuMsP99: number;
  readonly refusedMsP99: number;
  readonly broken: readonly string[];
}

async function proveShedding({ trials, progress }: ProofOptions): Promise<Findings> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ultrathink-shedding-'));
  const server = await startService({ runtime: 'bun', dataDir, progress, log: 'real' });
  const done: Trial[] = [];
  try {
    const requests = requestsTo(server);
    // Whatever is compiled in the first seconds is no part of what it can.
    await askInClosedLoop(server, requests);
    for (let trial = 1; trial <= trials; trial += 1) {
      await server.settle();
      done.push(await runTrial(server, requests));
      progress(`trial ${trial} of ${trials}: ${JSON.stringify(done.at(-1))}`);
    }
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
  const percentOf = (share: (trial: Trial) => number) => spreadOf(done.map((trial) => 100 * share(trial)));
  return {
    facts: [
      `capacity ${spreadOf(done.map(({ capacity }) => capacity))} answers/s, offered ${spreadOf(done.map(({ offered }) => offered))}/s`,
      `goodput ${percentOf(({ goodput, capacity }) => goodput / capacity)} % of capacity, ${percentOf(({ goodputByCpu }) => goodputByCpu)} % by the service's processor time`,
      `p99 of what was admitted ${spreadOf(done.map(({ admittedMsP99 }) => admittedMsP99))} ms, ${spreadOf(done.map(({ admittedCpuMsP99 }) => admittedCpuMsP99))} ms of a whole core; of what was refused ${spreadOf(done.map(({ refusedMsP99 }) => refusedMsP99))} ms`,
    ],
    broken: done.flatMap((trial, index) => trial.broken.map((text) => `trial ${index + 1}: ${text}`)),
  };
}

/** Live bars, as clients send them, as whole HTTP requests. */
function requestsTo({ url, authorization }: Server): readonly Buffer[] {
  const { pathname, host } = new URL(url);
  return decisionBodies('bars', Date.now()).map((decision) => {
    const body = Buffer.from(JSON.stringify(decision));
    const head = [
      `POST ${pathname} HTTP/1.1`,
      `host: ${host}`,
      `authorization: ${authorization}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
    ];
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
  });
}

async function runTrial(server: Server, requests: readonly Buffer[]): Promise<Trial> {
  const before = await askInClosedLoop(server, requests);
  await server.settle();
  const during = await askInOpenLoop(server, requests, TIMES * before.perSecond);
  const goodputByCpu = during.perCpuSecond / before.perCpuSecond;
  const offered = during.seen.length / (during.elapsedMs / 1_000);
  const admittedMsP99 = percentile(during.seen.filter(isAnswered), 0.99);
  const admittedCpuMsP99 = Math.round((admittedMsP99 * during.cpuMs) / during.elapsedMs);
  const refusedMsP99 = percentile(during.seen.filter(isShed), 0.99);
  const others = during.seen.filter((one) => !isAnswered(one) && !isShed(one));
  return {
    capacity: Math.round(before.perSecond),
    goodput: Math.round(during.perSecond),
    goodputByCpu,
    offered: Math.round(offered),
    admittedMsP99,
    admittedCpuMsP99,
    refusedMsP99,
    broken: [
      ...(goodputByCpu < GOODPUT_MIN ? [`goodput is ${(100 * goodputByCpu).toFixed(0)} % of capacity`] : []),
      ...(admittedCpuMsP99 > ADMITTED_MS_P99_MAX
        ? [`p99 of what was admitted is ${admittedCpuMsP99} ms of processor time`]
        : []),
      ...(during.unsent > UNSENT_SHARE_MAX * during.seen.length
        ? [`${during.unsent} found no connection: answers wait too long`]
        : []),
      ...(offered < 0.9 * TIMES * before.perSecond ? [`only ${offered.toFixed(0)}/s could be offered`] : []),
      ...others.slice(0, 3).map(({ reply }) => JSON.stringify(reply)),
    ],
  };
}

interface Seen {
  readonly tookMs: number;
  readonly reply: RawReply;
}

interface Asked {
  readonly seen: readonly Seen[];
  readonly elapsedMs: number;
  /** Of the service. */
  readonly cpuMs: number;
  /** Answers, and not refusals. */
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly unsent: number;
}

const problemSchema = z.object({ code: z.string() });

const isAnswered = ({ reply }: Seen): boolean => reply.status === 200;
const isShed = ({ reply }: Seen): boolean =>
  reply.status === 503 && problemSchema.parse(JSON.parse(reply.body)).code === 'OVERLOADED';

function askedOf(seen: readonly Seen[], elapsedMs: number, cpuMs: number, unsent: number): Asked {
  const answers = seen.filter(isAnswered).length;
  return {
    seen,
    elapsedMs,
    cpuMs,
    perSecond: (answers * 1_000) / elapsedMs,
    perCpuSecond: (answers * 1_000) / cpuMs,
    unsent,
  };
}

/** Each connection asks when it was answered. */
async function askInClosedLoop({ url, pid }: Server, requests: readonly Buffer[]): Promise<Asked> {
  const connections = await openConnections(url, CAPACITY_CONNECTIONS);
  const seen: Seen[] = [];
  const startedAtMs = performance.now();
  const cpuMs = cpuMsOf(pid);
  await Promise.all(
    connections.map(async (connection, at) => {
      for (let call = at; performance.now() - startedAtMs < CAPACITY_MS; call += 1) {
        const sentAtMs = performance.now();
        const reply = await connection.ask(requestAt(requests, call));
        seen.push({ tookMs: performance.now() - sentAtMs, reply });
      }
    }),
  );
  const asked = askedOf(seen, performance.now() - startedAtMs, cpuMsOf(pid) - cpuMs, 0);
  for (const connection of connections) connection.close();
  return asked;
}

/** Requests leave at their rate whether others were answered or not; a latency begins when one should have left. */
async function askInOpenLoop(
  { url, pid }: Server,
  requests: readonly Buffer[],
  perSecond: number,
): Promise<Asked> {
  const free = await openConnections(url, CONNECTIONS);
  const all = [...free];
  const startedAtMs = performance.now();
  const underWay = new Set<Promise<void>>();
  let seen: Seen[] = [];
  let counting: { readonly fromMs: number; readonly cpuMs: number } | undefined;
  let unsent = 0;
  let due = 0;

  async function send(connection: RawConnection, dueAtMs: number): Promise<void> {
    const reply = await connection.ask(requestAt(requests, due));
    seen.push({ tookMs: performance.now() - dueAtMs, reply });
    free.push(connection);
  }

  function sendDue(): void {
    for (; startedAtMs + (due * 1_000) / perSecond <= performance.now(); due += 1) {
      const connection = free.pop();
      if (!connection) {
        unsent += 1;
        continue;
      }
      const sending = send(connection, startedAtMs + (due * 1_000) / perSecond);
      underWay.add(sending);
      void sending.finally(() => underWay.delete(sending));
    }
  }

  for (; performance.now() - startedAtMs < OVERLOAD_MS; await sleep(1)) {
    sendDue();
    if (counting || performance.now() - startedAtMs < ONSET_MS) continue;
    seen = [];
    unsent = 0;
    counting = { fromMs: performance.now(), cpuMs: cpuMsOf(pid) };
  }
  if (!counting) throw new Error('nothing was counted');
  const { fromMs, cpuMs } = counting;
  const asked = askedOf(seen, performance.now() - fromMs, cpuMsOf(pid) - cpuMs, unsent);
  await Promise.all(underWay);
  for (const connection of all) connection.close();
  return asked;
}

const openConnections = (url: string, count: number): Promise<RawConnection[]> =>
  Promise.all(Array.from({ length: count }, () => openRawConnection(Number(new URL(url).port))));

function requestAt(requests: readonly Buffer[], call: number): Buffer {
  const request = requests[call % requests.length];
  if (!request) throw new Error('there are no requests');
  return request;
}

function percentile(seen: readonly Seen[], share: number): number {
  const sorted = seen.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(share * sorted.length)] ?? Number.NaN) * 10) / 10;
}
