import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CheckStep, checkSteps } from '../../src/local/check-steps.ts';
import { copyTree, type PlantedTree } from './planted-tree.ts';

const stepMsMax = 120_000;
let tree: PlantedTree;

beforeAll(async () => {
  tree = await copyTree();
}, stepMsMax);
afterAll(() => tree.remove());

interface Fault {
  readonly step: CheckStep;
  readonly files: Readonly<Record<string, string>>;
  /** What the check must say: the place, and what is wrong there. */
  readonly named: readonly string[];
}

const { deployedTypes, style, imports, unused, unusedButByTests } = checkSteps;
const planted = 'src/decision/planted.ts';
const lint = (text: string, ...named: string[]): Fault => ({
  step: style,
  files: { [planted]: text },
  named: [planted, ...named],
});

const faults: Readonly<Record<string, Fault>> = {
  'an upward import': {
    step: imports,
    files: {
      'src/core/planted.ts': "import { hold } from '../decision/answer.ts';\nexport const planted = hold;\n",
    },
    named: ['src/core imports upwards', 'src/core/planted.ts → src/decision/answer.ts'],
  },
  'an upward import of a type': {
    step: imports,
    files: {
      'src/audit/planted.ts':
        "import type { Answer } from '../decision/answer.ts';\nexport type Planted = Answer;\n",
    },
    named: ['src/audit imports upwards', 'src/audit/planted.ts → src/decision/answer.ts'],
  },
  'an upward import at run time': {
    step: imports,
    files: { 'src/store/planted.ts': "export const planted = () => import('../app.ts');\n" },
    named: ['src/store imports upwards', 'src/store/planted.ts → src/app.ts'],
  },
  'deployed code that imports offline code': {
    step: imports,
    files: {
      'src/decision/planted.ts':
        "import { checkSteps } from '../local/check-steps.ts';\nexport const planted = checkSteps;\n",
    },
    named: ['deployed code imports offline code', 'src/decision/planted.ts'],
  },
  'a cycle': {
    step: imports,
    files: {
      'src/core/planted-one.ts':
        "import { two } from './planted-two.ts';\nexport const one = (): number => two();\n",
      'src/core/planted-two.ts':
        "import { one } from './planted-one.ts';\nexport const two = (): number => one();\n",
    },
    named: ['a cycle', 'planted-one.ts', 'planted-two.ts'],
  },
  'a folder that has no layer': {
    step: imports,
    files: {
      'src/planted/thing.ts': "import { ok } from '../core/result.ts';\nexport const thing = ok(1);\n",
      'test/planted.test.ts':
        "import { thing } from '../src/planted/thing.ts';\nexport const planted = thing;\n",
    },
    named: ['a place without a layer', 'src/planted/thing.ts'],
  },
  'a file named for nothing in particular': {
    step: imports,
    files: {
      'src/core/utils.ts': 'export const planted = 1;\n',
      'src/core/planted.ts': "import { planted } from './utils.ts';\nexport const again = planted;\n",
    },
    named: ['a file named for nothing in particular', 'src/core/utils.ts'],
  },
  'a file nobody imports': {
    step: unused,
    files: { 'src/core/planted.ts': 'export const planted = 1;\n' },
    named: ['Unused files', 'src/core/planted.ts'],
  },
  'an export nobody imports': {
    step: unused,
    files: {
      'functions/bun.ts': "import { used } from '../src/core/planted.ts';\nconsole.log(used);\n",
      'src/core/planted.ts': 'export const used = 1;\nexport const plantedExport = 2;\n',
    },
    named: ['Unused exports', 'plantedExport'],
  },
  'an export that only a test imports': {
    step: unusedButByTests,
    files: {
      'src/core/planted.ts': 'export const plantedExport = 1;\n',
      'test/core/planted.test.ts':
        "import { plantedExport } from '../../src/core/planted.ts';\nconsole.log(plantedExport);\n",
    },
    named: ['Unused files', 'src/core/planted.ts'],
  },
  'a clock': lint('export const planted = () => Date.now();\n', 'noJsRestrictedProperties', 'Runtime.clock'),
  'a date without an argument': lint('export const planted = () => new Date();\n', 'Runtime.clock'),
  'a high-resolution clock': lint('export const planted = () => performance.now();\n', 'noRestrictedGlobals'),
  'a timer': lint('export const planted = () => setTimeout(() => undefined, 1);\n', 'noRestrictedGlobals'),
  'the network': lint("export const planted = () => fetch('https://example.org');\n", 'noRestrictedGlobals'),
  'a global by its long name': lint(
    'export const planted = () => globalThis.fetch;\n',
    'noRestrictedGlobals',
  ),
  randomness: lint('export const planted = () => Math.random();\n', 'noJsRestrictedProperties'),
  'platform cryptography': lint('export const planted = () => crypto.randomUUID();\n', 'noRestrictedGlobals'),
  'the environment': lint("export const planted = () => process.env['HOME'];\n", 'noProcessEnv'),
  'the console': lint("export const planted = () => console.log('planted');\n", 'noConsole'),
  'Math.exp outside core': lint(
    'export const planted = Math.exp(1);\n',
    'noJsRestrictedProperties',
    'deterministic',
  ),
  'Math.exp by destructuring': lint(
    'const { exp } = Math;\nexport const planted = exp(1);\n',
    'noJsRestrictedProperties',
  ),
  'Math.exp in the model factory': {
    step: style,
    files: { 'src/optimize/train/planted.ts': 'export const planted = Math.exp(1);\n' },
    named: ['noJsRestrictedProperties', 'the same seed must give the same bundle'],
  },
  'a power in the model factory': {
    step: style,
    files: { 'src/optimize/train/planted.ts': 'export const planted = (x: number) => x ** 0.5;\n' },
    named: ['core/pow.ts'],
  },
  'a power outside core': lint('export const planted = (x: number) => x ** 0.5;\n', 'core/pow.ts'),
  'a power by assignment': lint(
    'export function planted(x: number) {\n  x **= 2;\n  return x;\n}\n',
    'core/pow.ts',
  ),
  any: lint('export const planted: any = 1;\n', 'noExplicitAny'),
  'a Node module in deployed code': lint(
    "import { readFileSync } from 'node:fs';\n\nexport const planted = readFileSync;\n",
    'noNodejsModules',
  ),
  'an approval that was cast': lint(
    "import type { Approved } from './answer.ts';\n\nexport const planted = { size: 1 } as unknown as Approved<object>;\n",
    'Approved is earned',
  ),
  'a function of 71 lines': lint(
    `export function planted(x: number): number {\n${'  x += 1;\n'.repeat(70)}  return x;\n}\n`,
    'noExcessiveLinesPerFunction',
  ),
  'a file name in another case': {
    step: style,
    files: { 'src/decision/plantedFile.ts': 'export const planted = 1;\n' },
    named: ['src/decision/plantedFile.ts', 'useFilenamingConvention'],
  },
  'text that is not formatted': lint('export const planted = "1"\n', 'Formatter'),
  'a type error': {
    step: deployedTypes,
    files: { [planted]: 'export const planted: string = 1;\n' },
    named: [planted, 'TS2322'],
  },
};

describe('the check names', () => {
  it.each(Object.keys(faults))(
    '%s',
    async (name) => {
      const { step, files, named } = faults[name] as Fault;
      const { passed, output } = await tree.check(step, files);
      expect(passed).toBe(false);
      for (const text of named) expect(output).toContain(text);
    },
    stepMsMax,
  );
});

describe('the check lets pass', () => {
  it(
    'arithmetic on given times, exact Math, and a local value that has the name of a global',
    async () => {
      const text = [
        'export const iso = (atMs: number): string => new Date(atMs).toISOString();',
        'export const whole = (x: number): number => Math.floor(Math.sqrt(Math.abs(x)));',
        "export const call = (fetch: (url: string) => void): void => fetch('/');",
        '',
      ].join('\n');
      const { output } = await tree.check(style, { [planted]: text });
      expect(output).not.toContain(planted);
    },
    stepMsMax,
  );

  it.each(Object.values<CheckStep>(checkSteps))(
    'this tree: $name',
    async (step) => {
      const { passed, output } = await tree.check(step);
      expect(passed, output).toBe(true);
    },
    stepMsMax,
  );
});
