import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SHIPPED_BUNDLES } from '../../../src/local/build-worker.ts';
import { chooseBundles } from '../../../src/local/bundle-choice.ts';
import { freePort } from '../../../src/local/free-port.ts';
import type { RuntimeName, ServiceFile } from '../../../src/local/service-file.ts';
import { Stack } from '../../../src/local/stack.ts';
import { startNullSink } from './null-sink.ts';
import type { Server } from './server.ts';

interface ServiceOptions {
  readonly runtime: RuntimeName;
  /** A fresh directory of its own. */
  readonly dataDir: string;
  readonly progress: (line: string) => void;
  /** `null`: every other statement reaches the database, the log's are answered on the way and kept nowhere. */
  readonly log: 'real' | 'null';
}

/** The log writes tens of thousands of rows a second; what it cannot empty in this time it never will. */
const SETTLE_DEADLINE_MS = 60_000;
const SETTLE_POLL_MS = 100;

const readinessSchema = z.object({
  parts: z.object({ log: z.object({ pendingRecords: z.number(), state: z.string() }) }),
});

/** Starts the whole stack as `npm start` does, with stores of its own; resolves when `/readyz` says 200. */
export async function startService({ runtime, dataDir, progress, log }: ServiceOptions): Promise<Server> {
  const sink = log === 'null' ? await startNullSink() : undefined;
  const ready = Promise.withResolvers<ServiceFile>();
  const stack = new Stack({
    runtime,
    port: await freePort(),
    dataDir,
    bundles: chooseBundles(SHIPPED_BUNDLES),
    files: [],
    databaseUrlFor: (url) => sink?.inFrontOf(url) ?? url,
    progress: (line) => progress(`${runtime}: ${line}`),
    onReady: async (service) => ready.resolve(service),
  });
  const ended = stack.run();
  void ended.then((cause) => {
    const detail = 'detail' in cause ? cause.detail : cause.kind;
    ready.reject(new Error(`the service on ${runtime} did not start: ${detail}`));
  });
  const { baseUrl, keys, servicePid } = await ready.promise;
  return {
    url: `${baseUrl}/v1/decisions`,
    authorization: keys.decide,
    pid: servicePid,
    backlog: async () => {
      const readiness = readinessSchema.parse(await (await fetch(`${baseUrl}/readyz`)).json());
      return readiness.parts.log.pendingRecords;
    },
    settle: () => untilLogIsEmpty(`${baseUrl}/readyz`),
    async stop() {
      stack.interrupt();
      await ended;
      await sink?.close();
    },
  };
}

async function untilLogIsEmpty(url: string): Promise<void> {
  let last = 'no answer';
  for (const endMs = Date.now() + SETTLE_DEADLINE_MS; Date.now() < endMs; await sleep(SETTLE_POLL_MS)) {
    const response = await fetch(url).catch(() => undefined);
    const readiness = response && readinessSchema.safeParse(await response.json());
    if (!readiness?.success) continue;
    const { pendingRecords, state } = readiness.data.parts.log;
    if (pendingRecords === 0) return;
    last = `${pendingRecords} records wait, the log is ${state}`;
  }
  throw new Error(`the decision log did not empty within ${SETTLE_DEADLINE_MS / 1000} s: ${last}`);
}
