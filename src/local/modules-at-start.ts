import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerModule } from './build-worker.ts';

/** Names of the ES modules that are evaluated before a Worker's first request: its entry, and what that imports other than by a call. */
export function modulesAtStart(outDir: string, modules: readonly WorkerModule[]): readonly string[] {
  const known = new Set(modules.filter(({ kind }) => kind === 'esModule').map(({ name }) => name));
  const found = new Set<string>();
  const open = modules.slice(0, 1).map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    found.add(name);
    const text = readFileSync(join(outDir, name), 'utf8');
    for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) {
      if (known.has(imported) && !found.has(imported)) open.push(imported);
    }
  }
  return [...found];
}
