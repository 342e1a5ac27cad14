import type { ProcessLoad } from '../src/runtime.ts';

/** Of this process, by the names that Node gave to it and that Deno and Bun know. */
export const processLoad: ProcessLoad = {
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  residentBytes: () => process.memoryUsage.rss(),
};
