import type { Alarms, Clock, Random, Timers } from './core/clock.ts';
import type { NativeDigests } from './core/digest.ts';
import type { Result } from './core/result.ts';

/**
 * What an entry point must supply. Nothing else in `src` reads a clock, randomness, the environment or the
 * network, so the same source runs on Workers, Deno, Bun and in a simulator.
 */
export interface Runtime {
  readonly name: 'workerd' | 'deno' | 'bun' | 'node';
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  readonly timers: Timers & Alarms;
  readonly random: Random;
  /** Tells the operator of a failure that no answer may carry. */
  readonly report: (failure: unknown) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The bundles this deployment ships, by directory name. */
  readonly bundles: Readonly<Record<string, BundleFiles>>;
  /** SHA-256 over the source that this deployment runs, 64 hex digits (src/local/build-hash.ts); null where nobody took it. */
  readonly buildHash: string | null;
  /** `inference/kernel/kernel.wasm`, compiled: on Workers when they are uploaded, elsewhere from its bytes at the start. */
  readonly kernelModule: WebAssembly.Module;
  /** `core/sha256.wasm`, likewise. */
  readonly sha256Module: WebAssembly.Module;
  /** `core/ed25519.wasm`, likewise. */
  readonly ed25519Module: WebAssembly.Module;
  /** What it has of its own, synchronous, where that costs less than the module. */
  readonly nativeDigests?: NativeDigests;
  /**
   * Where onnxruntime-web finds its WebAssembly: on Workers a glue module around a precompiled module, since
   * bytes cannot be compiled there; elsewhere the package's own default.
   */
  readonly ortWasmPaths?: { readonly mjs: string };
  /** Where uploaded models go, such as R2 on Workers; libSQL keeps them where a runtime has no such store. */
  readonly modelStore?: ModelStore;
  /** Null where the runtime hides its processes, as Workers do: their clocks stand still while anything is computed. */
  readonly processLoad: ProcessLoad | null;
  /** Calls that one request may make, its WebSocket included, where the runtime bounds them. */
  readonly callsMax?: number;
  /** Holds back who asks far too often; left out where a runtime has nothing of the kind. */
  readonly shield?: Shield;
  /**
   * Turns a request that asks for a WebSocket into one; `accept` is called when it is open. The answer must be handed back
   * as it is: what upgrades is bound to that very object.
   */
  readonly upgrade: (request: Request, accept: (socket: ServerSocket) => SocketEvents) => Response;
  readonly respond: Respond;
}

/** Makes an answer in the way that costs the runtime least. Names of headers are in lower case, `content-type` among them. */
export type Respond = (status: number, headers: Readonly<Record<string, string>>, body: string) => Response;

/** What the service's own process takes. Where this is known a timer that rings late tells of a busy event loop. */
export interface ProcessLoad {
  /** Processor time since the start, over all threads, in milliseconds. */
  cpuMs(): number;
  /** Memory that is resident now. */
  residentBytes(): number;
}

/** A count of requests that costs no network. It may be local to a place, and wrong: it permits nothing. */
export interface Shield {
  /** Counts a request of an address block (http/address-block-of.ts); false where it had too many lately. */
  admits(addressBlock: string): Promise<boolean>;
}

/** The service's end of a WebSocket (RFC 6455), text frames alone. */
export interface ServerSocket {
  /** Queues a frame. Harmless when the socket is closed. */
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes that were queued and have not left; null where the runtime does not tell. */
  bufferedBytes(): number | null;
}

export interface SocketEvents {
  onText(text: string): void;
  /** Once, however it ended. */
  onClose(): void;
}

/** The registry's ONNX files, by the SHA-256 of their bytes. Nothing in it is trusted: whoever reads it verifies. */
export interface ModelStore {
  /** Fetches no more than `bytesMax` bytes. */
  read(sha256: string, bytesMax: number): Promise<Result<StoredModel, string>>;
  /** Writing what is there already changes nothing. */
  write(sha256: string, bytes: Uint8Array): Promise<Result<void, string>>;
}

export type StoredModel =
  | { readonly kind: 'found'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'too-large'; readonly sizeBytes: number };

/** The files of a model's bundle as they are stored and shipped; `models/bundle.ts` opens them. */
export interface BundleFiles {
  /** UTF-8 JSON: `manifest.json`. */
  readonly manifest: string;
  /** UTF-8 JSON: `signature.json`; null where there is none, for the catalog to refuse it by name. */
  readonly signature: string | null;
  /** The ONNX ModelProto. */
  readonly model: Uint8Array;
  /**
   * What the kernel runs of it (inference/kernel/packed-program.ts), where the build that ships it has made that already. It is of
   * the deployment as its code is: no bundle that is uploaded brings one.
   */
  readonly program?: Uint8Array;
}

/** What one request brings beside itself. On Workers nothing here may be kept past the request. */
export interface RequestScope {
  /** Keeps the isolate alive for `work` after the answer. Rejections are the caller's to handle. */
  waitUntil(work: Promise<void>): void;
  /** The peer's address as the platform vouches for it; never a header the client can write. */
  readonly clientAddress: string;
}
