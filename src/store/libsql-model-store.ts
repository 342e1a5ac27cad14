import type { ModelStore } from '../runtime.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';

/** The bundles' ONNX files in libSQL, where the runtime brings no store of models of its own. */
export function createLibsqlModelStore({ client }: Pick<Database, 'client'>): ModelStore {
  return {
    read: (sha256, bytesMax) =>
      attempt(async () => {
        const { rows } = await client.execute({
          sql: 'SELECT length(content) AS size, iif(length(content) <= ?, content, NULL) AS content FROM bundle_models WHERE sha256 = ?',
          args: [bytesMax, sha256],
        });
        const [row] = rows;
        if (!row) return { kind: 'missing' };
        const content = row['content'];
        if (content instanceof ArrayBuffer) return { kind: 'found', bytes: new Uint8Array(content) };
        return { kind: 'too-large', sizeBytes: Number(row['size']) };
      }),
    write: (sha256, bytes) =>
      attempt(async () => {
        await client.execute({
          sql: 'INSERT INTO bundle_models (sha256, content) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING',
          args: [sha256, bytes],
        });
      }),
  };
}
