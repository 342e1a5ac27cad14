/** The few names the entry points take from their runtimes; the rest is Web API. */

declare module 'cloudflare:workers' {
  /** Variables and secrets are text; a bucket and a rate limit are there where wrangler.toml binds them. */
  export const env: Readonly<Record<string, string | undefined>> & {
    readonly MODELS_BUCKET?: import('../src/store/r2-model-store.ts').R2Bucket;
    readonly SHIELD?: import('./shield-of.ts').RateLimitBinding;
  };
  export function waitUntil(work: Promise<void>): void;
}

/** Made by the build: see `Runtime.buildHash`. */
declare const BUILD_HASH: string;

/** Made by the build: the bundles this deployment ships, by directory name. */
declare module 'virtual:bundles' {
  const bundles: Readonly<Record<string, import('../src/runtime.ts').BundleFiles>>;
  export default bundles;
}

/** Compiled when the Worker is uploaded. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare const WebSocketPair: new () => { readonly 0: WebSocket; readonly 1: WebSocket };

interface WebSocket {
  /** Workers: takes the socket over; without it nothing is received. */
  accept(): void;
}

interface ResponseInit {
  /** Workers: the end that the client gets. */
  readonly webSocket?: WebSocket;
}

declare const Deno: {
  upgradeWebSocket(request: Request): { readonly socket: WebSocket; readonly response: Response };
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

declare module 'node:crypto' {
  export function hash(algorithm: 'sha256', text: string, encoding: 'hex'): string;
}

declare const Bun: {
  readonly SHA256: { hash(text: string, encoding: 'hex'): string };
  readonly CryptoHasher: new (
    algorithm: 'sha256',
    hmacKey: string,
  ) => { update(text: string): { digest(encoding: 'hex'): string } };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly Glob: new (pattern: string) => { scanSync(root: string): Iterable<string> };
  file(path: string): {
    exists(): Promise<boolean>;
    text(): Promise<string>;
    arrayBuffer(): Promise<ArrayBuffer>;
  };
  serve<Data>(options: {
    readonly hostname: string;
    readonly port: number;
    readonly fetch: (request: Request, server: BunServer<Data>) => Promise<Response | undefined>;
    readonly websocket?: {
      readonly open: (socket: BunSocket<Data>) => void;
      readonly message: (socket: BunSocket<Data>, data: string | Uint8Array) => void;
      readonly close: (socket: BunSocket<Data>) => void;
    };
  }): BunServer<Data>;
};

interface BunServer<Data> {
  requestIP(request: Request): { readonly address: string } | null;
  /** False where the request cannot be upgraded; where it can, its answer must be undefined. */
  upgrade(request: Request, options: { readonly data: Data }): boolean;
  stop(): Promise<void>;
}

interface BunSocket<Data> {
  readonly data: Data;
  send(text: string): number;
  close(code: number, reason: string): void;
  getBufferedAmount(): number;
}

declare const process: {
  /** In microseconds. */
  cpuUsage(): { readonly user: number; readonly system: number };
  readonly memoryUsage: { rss(): number };
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
