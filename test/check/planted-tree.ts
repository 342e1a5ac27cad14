import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CheckOutcome, type CheckStep, runCheckStep } from '../../src/local/check-steps.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const checked = [
  ...['functions', 'src', 'load', 'test', '.biome'],
  ...['.dependency-cruiser.mjs', '.dependency-cruiser.layers.json', 'biome.json', 'knip.jsonc'],
  ...['package.json', 'tsconfig.json', 'tsconfig.tooling.json', 'vitest.config.ts', 'drizzle.config.ts'],
];

export interface PlantedTree {
  /** Runs a step with these files in the tree, and takes them out again, or puts back what stood there. Paths are relative to the root. */
  check(step: CheckStep, files?: Readonly<Record<string, string>>): Promise<CheckOutcome>;
  remove(): Promise<void>;
}

/** A copy of what `npm run check` looks at, to plant faults in. Installed packages are linked, not copied. */
export async function copyTree(): Promise<PlantedTree> {
  const copy = await mkdtemp(join(tmpdir(), 'planted-tree-'));
  for (const path of checked) await cp(join(root, path), join(copy, path), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  /** Where the tree has a file of that name, the copy has it again. */
  async function restore(path: string): Promise<void> {
    await rm(join(copy, path));
    if (existsSync(join(root, path))) await cp(join(root, path), join(copy, path));
  }

  return {
    async check(step, files = {}) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(copy, path)), { recursive: true });
        await writeFile(join(copy, path), text);
      }
      const outcome = await runCheckStep(step, copy);
      for (const path of Object.keys(files)) await restore(path);
      return outcome;
    },
    remove: () => rm(copy, { recursive: true, force: true }),
  };
}
