import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type WorkerModule } from './build-worker.ts';

interface WorkerdConfigOptions {
  readonly modules: readonly WorkerModule[];
  /** `host:port` the service listens on. */
  readonly address: string;
  /** Environment variables of workerd's process that the Worker gets as text bindings. */
  readonly environment: readonly string[];
}

/** The variable that holds the bearer token of the `ticker` socket. */
export const TICKER_TOKEN = 'TICKER_TOKEN';

/**
 * The Cap'n Proto configuration for raw `workerd serve --experimental`. Modules are embedded from workerd's
 * import path (`-I <dir>`) and secrets come from its environment, so neither paths nor secrets stand in the file.
 *
 * Beside the service runs a ticker, as raw workerd has neither cron triggers nor a shutdown hook: on a loopback
 * socket of its own, `POST /scheduled?cron=NAME` fires the service's scheduled handler and answers when that
 * has ended, 204, or 500 with the failure's message.
 */
export function workerdConfig(options: WorkerdConfigOptions): string {
  const { date, flags } = readCompatibility();
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "service", worker = .service),
    (name = "ticker", worker = .ticker),
    # The stand-ins are on loopback, which workerd's own default forbids.
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true),
    )),
  ],
  sockets = [
    (name = "http", address = ${text(options.address)}, http = (), service = "service"),
    (name = "ticker", address = "127.0.0.1:0", http = (), service = "ticker"),
  ],
);

const service :Workerd.Worker = (
  modules = [
${options.modules.map(moduleLine).join('\n')}
  ],
  bindings = [
${options.environment.map(bindingLine).join('\n')}
  ],
  compatibilityDate = ${text(date)},
  compatibilityFlags = [${flags.map(text).join(', ')}],
  globalOutbound = "internet",
);

const ticker :Workerd.Worker = (
  modules = [(name = "ticker.js", esModule = ${text(TICKER)})],
  bindings = [
    (name = "SERVICE", service = "service"),
${bindingLine(TICKER_TOKEN)}
  ],
  compatibilityDate = ${text(date)},
  compatibilityFlags = ["service_binding_extra_handlers"],
);
`;
}

const TICKER = `export default {
  async fetch(request, env) {
    if (request.headers.get('authorization') !== 'Bearer ' + env.${TICKER_TOKEN}) return new Response(null, { status: 401 });
    try {
      const { outcome } = await env.SERVICE.scheduled({ cron: new URL(request.url).searchParams.get('cron') });
      return new Response(outcome === 'ok' ? null : outcome, { status: outcome === 'ok' ? 204 : 500 });
    } catch (failure) {
      return new Response(String(failure), { status: 500 });
    }
  },
};
`;

const moduleLine = ({ name, kind }: WorkerModule): string =>
  `    (name = ${text(name)}, ${kind} = embed ${text(`/${name}`)}),`;

const bindingLine = (name: string): string => `    (name = ${text(name)}, fromEnvironment = ${text(name)}),`;

/** Cap'n Proto's text literals take C's escapes, which JSON's are, for what stands here. */
const text = (value: string): string => JSON.stringify(value);

/** wrangler.toml is where date and flags are decided; raw workerd has to run the same. */
function readCompatibility(): { date: string; flags: readonly string[] } {
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  const date = /^compatibility_date = "(.+)"$/m.exec(toml)?.[1];
  const flags = /^compatibility_flags = (\[.*\])$/m.exec(toml)?.[1];
  if (!date || !flags) throw new Error('wrangler.toml states no compatibility_date or compatibility_flags');
  return { date, flags: JSON.parse(flags) };
}
