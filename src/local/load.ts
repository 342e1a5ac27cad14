/** `npm run load -- <script> [--runtime NAME]`: a service of its own for the length of one k6 script in `load/`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './build-worker.ts';
import { startChild } from './child.ts';
import { launchService, temporaryDataDir } from './launched-service.ts';
import { runtimeNames } from './service-file.ts';
import { k6Binary } from './toolset.ts';

process.exitCode = await load(process.argv.slice(2)).catch((failure: Error) => {
  console.error(failure.message);
  return 1;
});

async function load(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { runtime: { type: 'string', default: 'workerd' } },
    allowPositionals: true,
  });
  const script = join(ROOT, 'load', `${positionals[0]}.ts`);
  const runtime = runtimeNames.find((name) => name === values.runtime);
  if (!runtime || !existsSync(script))
    throw new Error(`usage: npm run load -- smoke [--runtime ${runtimeNames.join('|')}]`);
  const k6 = await k6Binary((line) => console.error(line));
  const dataDir = temporaryDataDir();
  try {
    const launched = await launchService({ runtime, dataDir: dataDir.path });
    const ended = await runK6(k6, script, join(dataDir.path, 'service.json'));
    const launcherEnded = await launched.stop();
    if (launcherEnded !== 'ended with status 0') throw new Error(await launched.output);
    return ended === 'ended with status 0' ? 0 : 1;
  } finally {
    dataDir.remove();
  }
}

/** Nothing of a load run leaves the machine: no usage report, no extension fetched on demand. */
async function runK6(k6: string, script: string, serviceFile: string): Promise<string> {
  const child = await startChild({
    command: k6,
    args: ['run', '--quiet', script],
    environment: {
      SERVICE_FILE: serviceFile,
      K6_NO_USAGE_REPORT: 'true',
      K6_AUTO_EXTENSION_RESOLUTION: 'false',
    },
    output: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.terminate());
  return child.ended;
}
