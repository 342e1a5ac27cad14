/** The few names the entry points take from their runtimes; the rest is Web API. */

declare module 'cloudflare:workers' {
  /** Variables and secrets are text; a bucket is there where wrangler.toml binds one. */
  export const env: Readonly<Record<string, string | undefined>> & {
    readonly MODELS_BUCKET?: import('../src/store/r2-model-store.ts').R2Bucket;
  };
  export function waitUntil(work: Promise<void>): void;
}

/** Made by the build: the bundles this deployment ships, by directory name. */
declare module 'virtual:bundles' {
  const bundles: Readonly<
    Record<
      string,
      { readonly manifest: string; readonly signature: string | null; readonly model: Uint8Array }
    >
  >;
  export default bundles;
}

/** Compiled when the Worker is uploaded. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare const Deno: {
  readDirSync(path: string): Iterable<{ readonly name: string }>;
  readTextFileSync(path: string): string;
  readFileSync(path: string): Uint8Array<ArrayBuffer>;
  readonly errors: Readonly<Record<'NotFound' | 'NotADirectory', new () => Error>>;
  readonly env: { get(name: string): string | undefined; toObject(): Record<string, string> };
  exit(code: number): never;
  addSignalListener(signal: 'SIGTERM' | 'SIGINT', listener: () => void): void;
  serve(
    options: { readonly hostname: string; readonly port: number; readonly onListen: () => void },
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname: string } },
    ) => Promise<Response>,
  ): { shutdown(): Promise<void> };
};

declare const Bun: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly Glob: new (pattern: string) => { scanSync(root: string): Iterable<string> };
  file(path: string): {
    exists(): Promise<boolean>;
    text(): Promise<string>;
    arrayBuffer(): Promise<ArrayBuffer>;
  };
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    readonly fetch: (
      request: Request,
      server: { requestIP(request: Request): { readonly address: string } | null },
    ) => Promise<Response>;
  }): { stop(): Promise<void> };
};

declare const process: {
  exit(code: number): never;
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): void;
};

interface ImportMeta {
  readonly url: string;
  /** Bun: the directory of the module. */
  readonly dir: string;
  /** Deno: the directory of the module. */
  readonly dirname: string;
}
