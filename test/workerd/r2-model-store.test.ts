import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/result.ts';
import type { ModelStore } from '../../src/runtime.ts';
import { createLayeredModelStore } from '../../src/store/layered-model-store.ts';
import { createR2ModelStore } from '../../src/store/r2-model-store.ts';

function openBucket(): ModelStore {
  if (!env.MODELS_BUCKET) throw new Error('no bucket is bound');
  return createR2ModelStore(env.MODELS_BUCKET);
}

const bytes = Uint8Array.of(1, 2, 3, 250);

describe('models in R2', () => {
  it('come back as they were written, however often', async () => {
    const store = openBucket();
    expect(await store.write('a', bytes)).toEqual(ok(undefined));
    expect(await store.write('a', bytes)).toEqual(ok(undefined));
    expect(await store.read('a', 4)).toEqual(ok({ kind: 'found', bytes }));
  });

  it('are told to be missing, or too large without their bytes', async () => {
    const store = openBucket();
    await store.write('b', bytes);
    expect(await store.read('nothing', 4)).toEqual(ok({ kind: 'missing' }));
    expect(await store.read('b', 3)).toEqual(ok({ kind: 'too-large', sizeBytes: 4 }));
  });

  it('say why where the bucket fails', async () => {
    const fails = async () => Promise.reject(new Error('no network'));
    const store = createR2ModelStore({ get: fails, put: fails });
    expect(await store.read('a', 4)).toEqual({ ok: false, error: 'R2: no network' });
    expect(await store.write('a', bytes)).toEqual({ ok: false, error: 'R2: no network' });
  });

  it('are still found where they lay before there was a bucket, and new ones go to the bucket', async () => {
    const older: ModelStore = {
      read: async (sha256) => ok(sha256 === 'old' ? { kind: 'found', bytes } : { kind: 'missing' }),
      write: async () => Promise.reject(new Error('written to the older store')),
    };
    const store = createLayeredModelStore(openBucket(), older);
    expect(await store.read('old', 4)).toEqual(ok({ kind: 'found', bytes }));
    expect(await store.write('new', bytes)).toEqual(ok(undefined));
    expect(await openBucket().read('new', 4)).toEqual(ok({ kind: 'found', bytes }));
    expect(await store.read('neither', 4)).toEqual(ok({ kind: 'missing' }));
  });
});
