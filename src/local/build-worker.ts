/** Bundles an entry point into the modules of a Worker, as they are uploaded and as raw workerd loads them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { buildHash } from './build-hash.ts';
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
  const names = bundlesOf(options.bundlesDir, options.bundles);
  const [entry, ort] = await Promise.all([bundleEntry(options, names), ortModules(options.engines)]);
  const files: [WorkerModule, Uint8Array][] = [
    [{ name: 'index.js', kind: 'esModule' }, entry],
    ...[KERNEL_WASM, SHA256_WASM].map((path): [WorkerModule, Uint8Array] => [
      { name: basename(path), kind: 'wasm' },
      readFileSync(path),
    ]),
    ...ort,
    ...names.map((name): [WorkerModule, Uint8Array] => [
      { name: modelPath(name), kind: 'data' },
      readFileSync(join(options.bundlesDir, name, 'model.onnx')),
    ]),
  ];
  writeModules(options.outDir, files);
  return files.map(([module]) => module);
}

function bundleEntry(options: BuildWorkerOptions, names: readonly string[]): Promise<Uint8Array> {
  const plugins = [
    virtualBundles(options.bundlesDir, names),
    wasmModules(),
    builtDescription(),
    englishOnly(),
  ];
  return bundle({
    entryPoints: [options.entry],
    define: { BUILD_HASH: JSON.stringify(buildHash(ROOT)) },
    external: ['cloudflare:*', './bundles/*'],
    plugins: options.engines === 'all' ? plugins : [...plugins, withoutOrt()],
  });
}

/** The glue of onnxruntime-web and its WebAssembly; none where it is left out. */
async function ortModules(engines: BuildWorkerOptions['engines']): Promise<[WorkerModule, Uint8Array][]> {
  if (engines === 'kernel') return [];
  // Without `process` the glue takes its browser branch. With it (Workers have one by default since
  // 2026-08-04) it looks for Node's modules and fails, and the two imports are of that branch.
  const glue = await bundle({
    entryPoints: [join(ROOT, 'functions/ort-glue.ts')],
    define: { 'globalThis.process': 'undefined' },
    external: ['module', 'worker_threads'],
    plugins: [wasmModules()],
  });
  return [
    [{ name: 'ort-glue.mjs', kind: 'esModule' }, glue],
    [{ name: ORT_WASM, kind: 'wasm' }, readFileSync(ortWasmPath())],
  ];
}

async function bundle(options: BuildOptions): Promise<Uint8Array> {
  const result = await build({
    bundle: true,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    // `onnxruntime-web-use-extern-wasm`: the build that does not carry a glue of its own.
    conditions: ['workerd', 'worker', 'browser', 'onnxruntime-web-use-extern-wasm'],
    absWorkingDir: ROOT,
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
    ...options,
  });
  const [file] = result.outputFiles ?? [];
  if (!file) throw new Error('esbuild wrote no file');
  return file.contents;
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

const modelPath = (name: string): string => `bundles/${name}/model.onnx`;

/** `virtual:bundles`: manifests and signatures as text inside the entry, models as data modules beside it. */
function virtualBundles(bundlesDir: string, names: readonly string[]): Plugin {
  const imports = names.map(
    (name, index) => `import m${index} from ${JSON.stringify(`./${modelPath(name)}`)};`,
  );
  const entries = names.map((name, index) => {
    const manifest = readFileSync(join(bundlesDir, name, 'manifest.json'), 'utf8');
    const signaturePath = join(bundlesDir, name, 'signature.json');
    const signature = existsSync(signaturePath) ? readFileSync(signaturePath, 'utf8') : null;
    const texts = `manifest: ${JSON.stringify(manifest)}, signature: ${JSON.stringify(signature)}`;
    return `${JSON.stringify(name)}: { ${texts}, model: new Uint8Array(m${index}) },`;
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

/** What the service says of itself is made here, so that the Worker has the texts alone. */
function builtDescription(): Plugin {
  return {
    name: 'built-description',
    setup(context) {
      context.onLoad({ filter: /\/http\/service-description\.ts$/ }, async ({ path }) => {
        const { serviceDescription } = await import(path);
        return { contents: `export const serviceDescription = ${JSON.stringify(serviceDescription)};` };
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

/** What stands for onnxruntime-web in a build without it says so. */
function withoutOrt(): Plugin {
  return {
    name: 'without-ort',
    setup(context) {
      const path = join(ROOT, 'src/inference/absent-ort.ts');
      context.onResolve({ filter: /\/inference\/ort\.ts$/ }, () => ({ path }));
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
