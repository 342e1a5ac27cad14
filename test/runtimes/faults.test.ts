import { afterEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/client/client.ts';
import type { DecisionRequest } from '../../src/http/decision-schemas.ts';
import { runtimeNames } from '../../src/local/service-file.ts';
import { decisions } from '../../src/store/schema.ts';
import { demoRequest } from './requests.ts';
import { startTestService, type TestService, until } from './test-service.ts';

/** Enough clients that a stall of one part meets requests under way. */
const clients = 8;

describe.each(runtimeNames)('under load on %s', (runtime) => {
  let service: TestService;
  let load: Load;

  async function begin(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    service = await startTestService(runtime, environment);
    load = startLoad(service);
    await load.answers(200);
  }

  afterEach(async () => {
    await load.stop();
    await service.stop();
  });

  it('at least 99 % of the decisions whose policy says "act" may be acted upon', async () => {
    await begin();
    await load.answers(2_000);
    const settled = load.seen.slice(-1_900);
    const acting = settled.filter((answer) => answer.holdKind !== 'signal');
    const actionable = acting.filter((answer) => answer.actionable);
    expect(acting.length).toBeGreaterThan(1_000);
    expect(actionable.length / acting.length).toBeGreaterThanOrEqual(0.99);
    await everyAnswerIsWritten();
  });

  it('holds while Redis is gone, and acts again when it is back, without a restart', async () => {
    await begin();
    await service.redis.kill();
    await load.answersWith('CONTROL_UNAVAILABLE', 100);
    await service.redis.start();
    await load.actions(200);
    await everyAnswerIsWritten();
  });

  it('holds while Redis answers nothing, and acts again when it does', async () => {
    await begin();
    service.redis.pause();
    await load.answersWith('CONTROL_UNAVAILABLE', 100);
    service.redis.resume();
    await load.actions(200);
    await everyAnswerIsWritten();
  });

  it('goes on while the database answers nothing, and writes every answer when it does', async () => {
    await begin();
    service.database.pause();
    await load.actions(200);
    service.database.resume();
    await load.actions(200);
    await everyAnswerIsWritten();
  });

  it('goes on while the database is gone, and writes every answer when it is back', async () => {
    await begin();
    await service.database.kill();
    await load.actions(200);
    // A probe's outcome is given out for a second.
    await until(async () => (await service.client('decide').ready()).kind === 'problem');
    expect(await service.client('decide').ready()).toMatchObject({ kind: 'problem', status: 503 });
    await service.database.start();
    await load.actions(200);
    await everyAnswerIsWritten();
  });

  it('holds when the database is away for longer than the log has room, and writes what it answered', async () => {
    await begin({ LOG_PENDING_BYTES_MAX: '65536' });
    await service.database.kill();
    await load.answersWith('LOG_UNAVAILABLE', 100);
    await service.database.start();
    await load.actions(200);
    await everyAnswerIsWritten();
  });

  /** Every answer that carries a record's hash has its row, and no row is there that was not answered. */
  async function everyAnswerIsWritten(): Promise<void> {
    await load.stop();
    const answered = new Map(
      load.seen.filter((answer) => answer.recordHash !== null).map(({ id, recordHash }) => [id, recordHash]),
    );
    const database = service.openDatabase();
    const readRows = () =>
      database.orm.select({ id: decisions.id, recordHash: decisions.recordHash }).from(decisions);
    await until(async () => (await readRows()).length >= answered.size);
    expect(new Map((await readRows()).map(({ id, recordHash }) => [id, recordHash]))).toEqual(answered);
  }
});

interface Load {
  /** Every decision answered so far. */
  readonly seen: readonly Decision[];
  /** Resolves after so many more answers, actions, or answers with a reason. */
  answers(count: number): Promise<void>;
  actions(count: number): Promise<void>;
  answersWith(code: string, count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Clients that ask one question after the other until they are stopped. A lost or failed answer ends the test. */
function startLoad(service: TestService): Load {
  const seen: Decision[] = [];
  let stopped = false;
  let failure: Error | undefined;
  const requests: readonly DecisionRequest[] = Array.from({ length: 40 }, (_, seed) =>
    demoRequest(seed, Date.now()),
  );
  const running = Array.from({ length: clients }, async (_, client) => {
    for (let call = client; !stopped && !failure; call += 1) {
      const request = requests[call % requests.length];
      if (!request) throw new Error('no request');
      const reply = await service.client('decide').decide(request);
      if (reply.kind === 'ok') seen.push(reply.value);
      else failure = new Error(JSON.stringify(reply));
    }
  });

  async function more(count: number, counts: (answer: Decision) => boolean): Promise<void> {
    const from = seen.length;
    await until(() => failure !== undefined || seen.slice(from).filter(counts).length >= count);
    if (failure) throw failure;
  }

  return {
    seen,
    answers: (count) => more(count, () => true),
    actions: (count) => more(count, (answer) => answer.actionable),
    answersWith: (code, count) => more(count, (answer) => answer.reasons[0]?.code === code),
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}
