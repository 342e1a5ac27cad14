import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Scope } from '../store/key-row.ts';

/** What a running service tells k6, benches, tests and people's scripts. The file exists while it is ready. */
export interface ServiceFile {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly runtime: RuntimeName;
  /** The launcher's; SIGTERM to it stops everything. */
  readonly pid: number;
  /** The service's own process. */
  readonly servicePid: number;
  /** Whole `Authorization` header values. */
  readonly keys: Readonly<Record<Scope, string>>;
  /** The same of the key that halts and reduces without any store. */
  readonly haltKey: string;
  /** What each scope's key, `local-<scope>`, signs its requests by. */
  readonly signingSecrets: Readonly<Record<Scope, string>>;
  /** Of whoever seals this service's log. */
  readonly sealPublicKeys: readonly string[];
  readonly standins: {
    readonly redis: {
      readonly url: string;
      readonly token: string;
      readonly kind: string;
      readonly pid: number;
    };
    readonly libsql: { readonly url: string; readonly token: string; readonly pid: number };
  };
}

export const runtimeNames = ['workerd', 'deno', 'bun'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** Appears whole, and for its owner only: it holds keys. */
export function writeServiceFile(path: string, service: ServiceFile): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(service, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** What the service runs with, for other programs to run it with: `npx wrangler dev --env-file <path>`. */
export function writeEnvironmentFile(path: string, environment: Readonly<Record<string, string>>): void {
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path, lines.join(''), { mode: 0o600 });
}

/** The service that `path` tells of, if its launcher is alive. */
export function readServiceFile(path: string): ServiceFile | undefined {
  if (!existsSync(path)) return undefined;
  const service: ServiceFile = JSON.parse(readFileSync(path, 'utf8'));
  return isAlive(service.pid) ? service : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
