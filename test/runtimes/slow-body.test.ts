import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { runtimeNames } from '../../src/local/service-file.ts';
import { demoRequest } from './requests.ts';
import { startTestService, type TestService } from './test-service.ts';

let service: TestService;

afterEach(() => service.stop());

it.each(runtimeNames)(
  'a body that stops coming is answered 408 on %s, whoever else comes or goes',
  async (runtime) => {
    service = await startTestService(runtime, { BODY_DEADLINE_MS: '1500' });
    const client = service.client('decide');
    const decide = () => client.decide(demoRequest(1, Date.now()));
    // The first of many alarms is of a client that leaves, and on Workers its timer with it.
    const leaving = await startBody(service);
    const staying = [await startBody(service), await startBody(service)];
    leaving.socket.destroy();
    const answers = Promise.all(staying.map(({ answered }) => answered));
    let isAnswered = false;
    void answers.then(() => {
      isAnswered = true;
    });
    let decided = 0;
    for (; !isAnswered; decided += 1) expect((await decide()).kind).toBe('ok');
    expect(decided).toBeGreaterThan(0);
    for (const answer of await answers) expect(answer).toMatch(/^HTTP\/1\.1 408 .*BODY_TIMEOUT/s);
    expect((await decide()).kind).toBe('ok');
  },
);

interface SlowBody {
  readonly socket: Socket;
  /** All that came back. */
  readonly answered: Promise<string>;
}

/** Sends the head of a request and the first byte of a body of a hundred. */
function startBody({ baseUrl, keys }: TestService): Promise<SlowBody> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  const answered = new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('BODY_TIMEOUT')) socket.end();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', () => undefined);
  });
  const head = `POST /v1/decisions HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: ${keys.decide}\r\ncontent-length: 100\r\n\r\n{`;
  return new Promise((resolve) => socket.write(head, () => resolve({ socket, answered })));
}
