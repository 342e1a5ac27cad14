import { messageOf } from '../core/message-of.ts';
import { err, ok } from '../core/result.ts';
import type { ModelStore } from '../runtime.ts';
import type { Database } from './database.ts';

/** The bundles' ONNX files in libSQL, where the runtime brings no store of models of its own. */
export function createLibsqlModelStore({ client }: Pick<Database, 'client'>): ModelStore {
  return {
    async read(sha256, bytesMax) {
      try {
        const { rows } = await client.execute({
          sql: 'SELECT length(content) AS size, iif(length(content) <= ?, content, NULL) AS content FROM bundle_models WHERE sha256 = ?',
          args: [bytesMax, sha256],
        });
        const [row] = rows;
        if (!row) return ok({ kind: 'missing' });
        const content = row['content'];
        if (content instanceof ArrayBuffer) return ok({ kind: 'found', bytes: new Uint8Array(content) });
        return ok({ kind: 'too-large', sizeBytes: Number(row['size']) });
      } catch (failure) {
        return err(messageOf(failure));
      }
    },
    async write(sha256, bytes) {
      try {
        await client.execute({
          sql: 'INSERT INTO bundle_models (sha256, content) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING',
          args: [sha256, bytes],
        });
        return ok(undefined);
      } catch (failure) {
        return err(messageOf(failure));
      }
    },
  };
}
