import { messageOf } from '../core/message-of.ts';
import { err, ok } from '../core/result.ts';
import type { ModelStore } from '../runtime.ts';

/** What is needed of a bucket of Cloudflare R2 (https://developers.cloudflare.com/r2/api/workers/workers-api-reference/). */
export interface R2Bucket {
  get(key: string): Promise<R2Object | null>;
  put(key: string, value: Uint8Array): Promise<unknown>;
}

interface R2Object {
  readonly size: number;
  readonly body: ReadableStream;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The bundles' ONNX files in R2, under `models/<sha256>`. */
export function createR2ModelStore(bucket: R2Bucket): ModelStore {
  return {
    async read(sha256, bytesMax) {
      try {
        const object = await bucket.get(keyOf(sha256));
        if (!object) return ok({ kind: 'missing' });
        if (object.size > bytesMax) {
          await object.body.cancel();
          return ok({ kind: 'too-large', sizeBytes: object.size });
        }
        return ok({ kind: 'found', bytes: new Uint8Array(await object.arrayBuffer()) });
      } catch (failure) {
        return err(`R2: ${messageOf(failure)}`);
      }
    },
    async write(sha256, bytes) {
      try {
        await bucket.put(keyOf(sha256), bytes);
        return ok(undefined);
      } catch (failure) {
        return err(`R2: ${messageOf(failure)}`);
      }
    },
  };
}

const keyOf = (sha256: string): string => `models/${sha256}`;
