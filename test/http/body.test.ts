import { describe, expect, it } from 'vitest';
import { parseJson, readBody } from '../../src/http/body.ts';
import { VirtualTime } from '../virtual-time.ts';

const time = new VirtualTime();
const limits = { bodyBytesMax: 16, bodyDeadlineMs: 1_000, timers: time };

function post(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request('http://service/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
}

function streamOf(chunks: readonly Uint8Array[], end = true): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      if (end) controller.close();
    },
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('readBody', () => {
  it('puts text together that was cut inside a character', async () => {
    const [head, tail] = [bytes('"é"').slice(0, 2), bytes('"é"').slice(2)];
    expect(await readBody(post(streamOf([head, tail])), limits)).toEqual({ ok: true, value: '"é"' });
  });

  it('reads no body as empty text', async () => {
    expect(await readBody(post(null), limits)).toEqual({ ok: true, value: '' });
  });

  it('takes a body of exactly the limit', async () => {
    expect((await readBody(post('x'.repeat(16)), limits)).ok).toBe(true);
  });

  it('refuses a body that says it is too large without reading it', async () => {
    const request = post('x', { 'content-length': '17' });
    expect(await readBody(request, limits)).toMatchObject({ error: { code: 'BODY_TOO_LARGE' } });
  });

  it('refuses a body that grows past the limit without having said so', async () => {
    const request = post(streamOf([bytes('x'.repeat(10)), bytes('x'.repeat(10))], false));
    expect(await readBody(request, limits)).toMatchObject({ error: { code: 'BODY_TOO_LARGE' } });
  });

  it('refuses text that is not UTF-8', async () => {
    const request = post(streamOf([new Uint8Array([0x22, 0xff, 0x22])]));
    expect(await readBody(request, limits)).toMatchObject({ error: { code: 'NOT_JSON' } });
  });

  it('refuses text that is not UTF-8 where its length was declared', async () => {
    const request = post(new Uint8Array([0x22, 0xff, 0x22]), { 'content-length': '3' });
    expect(await readBody(request, limits)).toMatchObject({ error: { code: 'NOT_JSON' } });
  });

  it.each([
    ['cut off', [0x22, 0xf0, 0x9f, 0x98, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['longer than needed', [0x22, 0xc0, 0xaf, 0x22]],
    ['what stands for such bytes', [0x22, 0xef, 0xbf, 0xbd, 0x22]],
  ])('refuses a character that is %s, also where its length was declared', async (_what, units) => {
    const body = new Uint8Array(units);
    const refused = { error: { code: 'NOT_JSON' } };
    expect(await readBody(post(streamOf([body])), limits)).toMatchObject(refused);
    const declared = post(body, { 'content-length': String(body.length) });
    expect(await readBody(declared, limits)).toMatchObject(refused);
  });

  it('counts bytes, not characters', async () => {
    const post17 = post(`${'é'.repeat(8)}x`, { 'content-length': '3' });
    expect(await readBody(post17, limits)).toMatchObject({ error: { code: 'BODY_TOO_LARGE' } });
    const post16 = post('é'.repeat(8), { 'content-length': '16' });
    expect((await readBody(post16, limits)).ok).toBe(true);
  });

  it('refuses a body that is larger than it said, whatever let it through', async () => {
    const request = post('x'.repeat(17), { 'content-length': '3' });
    expect(await readBody(request, limits)).toMatchObject({ error: { code: 'BODY_TOO_LARGE' } });
  });

  it('reads a body whose length was declared, and one of length 0', async () => {
    expect(await readBody(post('"é"', { 'content-length': '4' }), limits)).toEqual({
      ok: true,
      value: '"é"',
    });
    expect(await readBody(post(null, { 'content-length': '0' }), limits)).toEqual({ ok: true, value: '' });
  });

  it('gives up on a declared body that stops coming', async () => {
    const reading = readBody(post(streamOf([bytes('{')], false), { 'content-length': '4' }), limits);
    await new Promise((resolve) => setImmediate(resolve));
    await time.advance(1_000);
    expect(await reading).toMatchObject({ error: { code: 'BODY_TIMEOUT' } });
  });

  it('leaves no alarm behind a body that came', async () => {
    let pending = 0;
    const timers = {
      setAlarm: () => {
        pending += 1;
        return () => {
          pending -= 1;
        };
      },
    };
    await readBody(post('{}', { 'content-length': '2' }), { ...limits, timers });
    await readBody(post(streamOf([bytes('{}')])), { ...limits, timers });
    expect(pending).toBe(0);
  });

  it('gives up on a body that stops coming', async () => {
    const reading = readBody(post(streamOf([bytes('{')], false)), limits);
    await new Promise((resolve) => setImmediate(resolve));
    await time.advance(1_000);
    expect(await reading).toMatchObject({ error: { code: 'BODY_TIMEOUT' } });
  });
});

describe('parseJson', () => {
  it.each(['', '{', 'NaN', '{"a":Infinity}', "{'a':1}"])('refuses %j', (text) => {
    expect(parseJson(text)).toMatchObject({ error: { code: 'NOT_JSON' } });
  });
});
