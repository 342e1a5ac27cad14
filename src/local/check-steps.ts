import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** One thing `npm run check` looks at: a well-kept tool, its arguments and its configuration in the root. */
export interface CheckStep {
  readonly name: string;
  /** Module below `node_modules`, run by this Node. */
  readonly tool: string;
  readonly args: readonly string[];
}

export const checkSteps = {
  deployedTypes: {
    name: 'types of deployed code',
    tool: 'typescript/bin/tsc',
    args: ['-p', 'tsconfig.json'],
  },
  toolingTypes: {
    name: 'types of tooling and tests',
    tool: 'typescript/bin/tsc',
    args: ['-p', 'tsconfig.tooling.json'],
  },
  style: {
    name: 'format, lint, house rules',
    tool: '@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings', '--max-diagnostics=50'],
  },
  imports: {
    name: 'import direction and cycles',
    tool: 'dependency-cruiser/bin/dependency-cruiser.mjs',
    args: ['functions', 'src', 'load', 'test', '--config', '.dependency-cruiser.mjs'],
  },
  unused: {
    name: 'unused files, exports, packages',
    tool: 'knip/bin/knip.js',
    args: ['--no-progress', '--no-config-hints'],
  },
  unusedButByTests: {
    name: 'what only tests use',
    tool: 'knip/bin/knip.js',
    args: ['--no-progress', '--no-config-hints', '--production'],
  },
} as const satisfies Record<string, CheckStep>;

export interface CheckOutcome {
  readonly passed: boolean;
  /** What the tool printed, both streams as they came. */
  readonly output: string;
  readonly durationMs: number;
}

/** Runs one step on the tree at `root`. A tool that cannot be started is a step that failed. */
export function runCheckStep(step: CheckStep, root: string): Promise<CheckOutcome> {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', step.tool), ...step.args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const finish = (passed: boolean) =>
      resolve({ passed, output, durationMs: performance.now() - startedAtMs });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', (cause) => {
      output += cause.message;
      finish(false);
    });
    child.on('close', (status) => finish(status === 0));
  });
}
