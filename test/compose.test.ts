import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { copiedHeaders } from '../functions/copied-headers.ts';
import { compose } from '../src/compose.ts';
import { ED25519_WASM } from '../src/local/ed25519-wasm.ts';
import { KERNEL_WASM } from '../src/local/kernel-wasm.ts';
import { SHA256_WASM } from '../src/local/sha256-wasm.ts';
import { VirtualTime } from './virtual-time.ts';

async function composeWith(env: Readonly<Record<string, string>>) {
  const time = new VirtualTime();
  const reported: unknown[] = [];
  const service = await compose({
    name: 'node',
    fetch: async () => Promise.reject(new Error('no network')),
    clock: time,
    timers: time,
    random: { bytes: (length) => new Uint8Array(length) },
    report: (failure) => void reported.push(failure),
    env,
    bundles: {},
    processLoad: null,
    buildHash: null,
    upgrade: () => new Response(),
    respond: copiedHeaders(),
    kernelModule: new WebAssembly.Module(readFileSync(KERNEL_WASM)),
    sha256Module: new WebAssembly.Module(readFileSync(SHA256_WASM)),
    ed25519Module: new WebAssembly.Module(readFileSync(ED25519_WASM)),
  });
  return { service, reported };
}

describe('compose', () => {
  it('lists the faults of the configuration and of the models together, and answers 503 with none of them', async () => {
    const { service, reported } = await composeWith({ ENVIRONMENT: 'production', MODELS: 'ghost,phantom' });
    const named = (start: string) => service.faults.filter((fault) => fault.startsWith(start)).length;
    expect(named('UPSTASH_REDIS_REST_URL')).toBe(1);
    expect(named('RECEIPT_SECRET')).toBe(1);
    expect(named('model ghost')).toBe(1);
    expect(named('model phantom')).toBe(1);
    expect(reported).toHaveLength(service.faults.length);
    const answer = await service.fetch(new Request('https://x.example/healthz'), {
      waitUntil: () => undefined,
      clientAddress: '192.0.2.1',
    });
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('ghost');
  });
});
