/** Bundles an entry point into the modules of a Worker, as they are uploaded and as raw workerd loads them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { sha256Hex } from '../core/digest.ts';
import { parseJson } from '../core/parse-json.ts';
import { compileModel } from '../inference/kernel/compile-model.ts';
import { packProgram } from '../inference/kernel/packed-program.ts';
import { manifestSchema } from '../models/manifest.ts';
import { buildHash } from './build-hash.ts';
import { ED25519_WASM } from './ed25519-wasm.ts';
import { KERNEL_WASM } from './kernel-wasm.ts';
import { SHA256_WASM } from './sha256-wasm.ts';

export interface WorkerModule {
  /** Path below `outDir`, and the name the module is imported by. */
  readonly name: string;
  readonly kind: 'esModule' | 'wasm' | 'data';
}

interface BuildWorkerOptions {
  /** The module whose default export is the Worker. */
  readonly entry: string;
  /** Emptied of everything the build does not write. */
  readonly outDir: string;
  /** Where the bundles are: `<bundlesDir>/<name>/{manifest.json,signature.json,model.onnx}`. */
  readonly bundlesDir: string;
  /** `production` ships only the bundles whose manifest says so; `local` ships all. */
  readonly bundles: BundlePurposes;
  /** `kernel` leaves out onnxruntime-web: a model that the kernel does not know is then a fault at the start. */
  readonly engines: 'kernel' | 'all';
}

/** Where the repository's Worker is built from. */
export const ROOT = resolve(import.meta.dirname, '../..');
/** The bundles that are released with the source. */
export const SHIPPED_BUNDLES = join(ROOT, 'bundles');
const ORT_WASM = 'ort-wasm-simd-threaded.wasm';

/** Builds, and answers the modules with the entry first. Throws esbuild's error, which names file and line. */
export async function buildWorker(options: BuildWorkerOptions): Promise<readonly WorkerModule[]> {
  const { bundlesDir } = options;
  const shipped = bundlesOf(bundlesDir, options.bundles).map((name) => shippedBundle(bundlesDir, name));
  const [code, ort] = await Promise.all([bundleEntry(options, shipped), ortModules(options.engines)]);
  const files: [WorkerModule, Uint8Array][] = [
    ...code.map(({ name, contents }): [WorkerModule, Uint8Array] => [{ name, kind: 'esModule' }, contents]),
    ...[KERNEL_WASM, SHA256_WASM, ED25519_WASM].map((path): [WorkerModule, Uint8Array] => [
      { name: basename(path), kind: 'wasm' },
      readFileSync(path),
    ]),
    ...ort,
    ...shipped.flatMap(({ data }) => data),
  ];
  writeModules(options.outDir, files);
  return files.map(([module]) => module);
}

interface CodeFile {
  readonly name: string;
  readonly contents: Uint8Array;
}

/** The entry first, then the code that is loaded on demand, and what it shares with the entry. */
async function bundleEntry(
  options: BuildWorkerOptions,
  shipped: readonly ShippedBundle[],
): Promise<readonly CodeFile[]> {
  const plugins = [
    virtualBundles(shipped),
    wasmModules(),
    builtAhead(),
    evaluatedWhenCalled(),
    englishOnly(),
    standingFor(/\/noble-ed25519\.ts$/, 'src/core/absent-ed25519.ts'),
  ];
  const files = await bundle({
    entryPoints: { index: options.entry },
    define: { BUILD_HASH: JSON.stringify(buildHash(ROOT)) },
    external: ['cloudflare:*', './bundles/*'],
    splitting: true,
    plugins:
      options.engines === 'all'
        ? plugins
        : [...plugins, standingFor(/\/inference\/ort\.ts$/, 'src/inference/absent-ort.ts')],
  });
  return files.toSorted((a, b) => Number(b.name === 'index.js') - Number(a.name === 'index.js'));
}

/** The glue of onnxruntime-web and its WebAssembly; none where it is left out. */
async function ortModules(engines: BuildWorkerOptions['engines']): Promise<[WorkerModule, Uint8Array][]> {
  if (engines === 'kernel') return [];
  // Without `process` the glue takes its browser branch. With it (Workers have one by default since
  // 2026-08-04) it looks for Node's modules and fails, and the two imports are of that branch.
  const [glue] = await bundle({
    entryPoints: [join(ROOT, 'functions/ort-glue.ts')],
    define: { 'globalThis.process': 'undefined' },
    external: ['module', 'worker_threads'],
    plugins: [wasmModules()],
  });
  if (!glue) throw new Error('esbuild wrote no glue');
  return [
    [{ name: 'ort-glue.mjs', kind: 'esModule' }, glue.contents],
    [{ name: ORT_WASM, kind: 'wasm' }, readFileSync(ortWasmPath())],
  ];
}

async function bundle(options: BuildOptions): Promise<readonly CodeFile[]> {
  const result = await build({
    bundle: true,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    // `onnxruntime-web-use-extern-wasm`: the build that does not carry a glue of its own.
    conditions: ['workerd', 'worker', 'browser', 'onnxruntime-web-use-extern-wasm'],
    absWorkingDir: ROOT,
    // A Worker is parsed whole at every start. Names stay: they stand in the stacks of what is reported.
    minifyWhitespace: true,
    minifySyntax: true,
    outdir: 'dist/worker',
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
    ...options,
  });
  const files = result.outputFiles ?? [];
  return files.map(({ path, contents }) => ({ name: basename(path), contents }));
}

type BundlePurposes = 'production' | 'local';

/** Names of the bundles in a directory, those for production before those for tests. */
export function bundlesOf(bundlesDir: string, purposes: BundlePurposes): readonly string[] {
  if (!existsSync(bundlesDir)) return [];
  const names = readdirSync(bundlesDir)
    .filter((name) => existsSync(join(bundlesDir, name, 'manifest.json')))
    .sort();
  const isProduction = (name: string) => purposeOf(join(bundlesDir, name)) === 'production';
  const rest = purposes === 'local' ? names.filter((name) => !isProduction(name)) : [];
  return [...names.filter(isProduction), ...rest];
}

function purposeOf(bundleDir: string): unknown {
  const manifest: { purpose?: unknown } = JSON.parse(readFileSync(join(bundleDir, 'manifest.json'), 'utf8'));
  return manifest.purpose;
}

/** What a bundle is within the Worker: modules of data, and the code that names them. */
interface ShippedBundle {
  readonly name: string;
  readonly texts: string;
  readonly data: readonly [WorkerModule, Uint8Array][];
}

/** With what the kernel makes of the model, where it knows its every node: decoding and compiling it is most of its start. */
function shippedBundle(bundlesDir: string, name: string): ShippedBundle {
  const directory = join(bundlesDir, name);
  const manifest = readFileSync(join(directory, 'manifest.json'), 'utf8');
  const signaturePath = join(directory, 'signature.json');
  const signature = existsSync(signaturePath) ? readFileSync(signaturePath, 'utf8') : null;
  const model = readFileSync(join(directory, 'model.onnx'));
  const program = programOf(model, manifest);
  return {
    name,
    texts: `manifest: ${JSON.stringify(manifest)}, signature: ${JSON.stringify(signature)}`,
    data: [
      [{ name: `bundles/${name}/model.onnx`, kind: 'data' }, model],
      ...(program
        ? [[{ name: `bundles/${name}/program.bin`, kind: 'data' }, program] as [WorkerModule, Uint8Array]]
        : []),
    ],
  };
}

/** Undefined where the isolate has to find out what is wrong, and to say so. */
function programOf(bytes: Uint8Array, manifestText: string): Uint8Array | undefined {
  const parsed = manifestSchema.safeParse(parseJson(manifestText));
  if (!parsed.success) return undefined;
  const { inputName, outputName } = parsed.data.model;
  const program = compileModel({ bytes, inputName, outputName });
  const sha256 = sha256Hex(bytes);
  return program.ok ? packProgram(program.value, { sha256, inputName, outputName }) : undefined;
}

/** `virtual:bundles`: manifests and signatures as text inside the entry, models as data modules beside it. */
function virtualBundles(shipped: readonly ShippedBundle[]): Plugin {
  const imports: string[] = [];
  const entries = shipped.map(({ name, texts, data }) => {
    const [model, program] = data.map(([module]) => {
      const variable = `data${imports.length}`;
      imports.push(`import ${variable} from ${JSON.stringify(`./${module.name}`)};`);
      return `new Uint8Array(${variable})`;
    });
    const ofProgram = program === undefined ? '' : `, program: ${program}`;
    return `${JSON.stringify(name)}: { ${texts}, model: ${model}${ofProgram} },`;
  });
  const contents = [...imports, 'export default {', ...entries, '};'].join('\n');
  return {
    name: 'virtual-bundles',
    setup(context) {
      context.onResolve({ filter: /^virtual:bundles$/ }, ({ path }) => ({ path, namespace: 'bundles' }));
      context.onLoad({ filter: /.*/, namespace: 'bundles' }, () => ({ contents, resolveDir: ROOT }));
    },
  };
}

/** WebAssembly are modules of the Worker, imported by their file's name there. */
function wasmModules(): Plugin {
  return {
    name: 'wasm-modules',
    setup(context) {
      context.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({
        path: `./${basename(path)}`,
        external: true,
      }));
    },
  };
}

/** Modules whose exports are plain data that takes schemas to make: the Worker has the data alone, as the text that is parsed fastest. */
const dataModules = /\/(http\/service-description|http\/decision-shapes|models\/manifest-shape)\.ts$/;

function builtAhead(): Plugin {
  return {
    name: 'built-ahead',
    setup(context) {
      context.onLoad({ filter: dataModules }, async ({ path }) => {
        const exported: Record<string, unknown> = await import(path);
        const lines = Object.entries(exported).map(
          ([name, value]) => `export const ${name} = JSON.parse(${JSON.stringify(JSON.stringify(value))});`,
        );
        return { contents: lines.join('\n') };
      });
    },
  };
}

/** zod ships its messages in fifty languages, a quarter of the Worker's source, of which nobody asks for another. */
function englishOnly(): Plugin {
  return {
    name: 'english-only',
    setup(context) {
      context.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
        contents: "export { default as en } from './en.js';",
      }));
    },
  };
}

/** What stands for a module that a build goes without says so where it is used. */
function standingFor(filter: RegExp, standIn: string): Plugin {
  return {
    name: `standing-for-${filter.source}`,
    setup(context) {
      context.onResolve({ filter }, () => ({ path: join(ROOT, standIn) }));
    },
  };
}

/**
 * Modules that a start may do without, whose exports are functions alone: each is evaluated by its first call. They are no modules
 * of their own, since while the entry's evaluation waits workerd links none ("Top-level await in module is unsettled").
 */
const lazyModules = /\/(inference\/ort|inference\/kernel\/compile-model|models\/weights-fault)\.ts$/;

function evaluatedWhenCalled(): Plugin {
  return {
    name: 'evaluated-when-called',
    setup(context) {
      context.onLoad({ filter: lazyModules }, async ({ path }) => {
        const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:async )?function (\w+)/gm)];
        const [code] = await bundle({ entryPoints: [path], format: 'iife', globalName: 'evaluated' });
        if (!code) throw new Error(`esbuild wrote nothing of ${path}`);
        const body = `${new TextDecoder().decode(code.contents)}\nreturn evaluated;`;
        return {
          contents: [
            'let loaded;',
            `function load() {\n${body}\n}`,
            ...names.map(
              ([, name]) =>
                `export function ${name}(...args) { loaded ??= load(); return loaded.${name}(...args); }`,
            ),
          ].join('\n'),
        };
      });
    },
  };
}

function ortWasmPath(): string {
  return createRequire(import.meta.url).resolve(`onnxruntime-web/${ORT_WASM}`);
}

/** Each file is replaced whole and only when it differs, so that a running service never sees half of one. */
function writeModules(outDir: string, files: readonly [WorkerModule, Uint8Array][]): void {
  mkdirSync(outDir, { recursive: true });
  const wanted = new Set(files.map(([module]) => module.name));
  for (const found of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
    const path = join(found.parentPath, found.name);
    const isDraft = /\.\d+$/.test(found.name); // Of another build that runs now.
    if (found.isFile() && !isDraft && !wanted.has(path.slice(outDir.length + 1))) rmSync(path);
  }
  for (const [module, contents] of files) {
    const path = join(outDir, module.name);
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, contents);
    renameSync(draft, path);
  }
}
