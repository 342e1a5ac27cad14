import { afterEach, beforeEach } from 'vitest';
import { type LaunchedService, launchService, temporaryDataDir } from '../../src/local/launched-service.ts';

type Launch = Omit<Parameters<typeof launchService>[0], 'dataDir'>;

/** A data directory for each test of the file; what was launched on it last is stopped when the test is over. */
export function launchedInTest() {
  let dataDir: ReturnType<typeof temporaryDataDir>;
  let launched: LaunchedService | undefined;
  beforeEach(() => {
    dataDir = temporaryDataDir();
  });
  afterEach(async () => {
    await launched?.stop();
    launched = undefined;
    dataDir.remove();
  });
  return {
    dataDir: (): string => dataDir.path,
    launch: async (options: Launch): Promise<LaunchedService> => {
      launched = await launchService({ ...options, dataDir: dataDir.path });
      return launched;
    },
  };
}
