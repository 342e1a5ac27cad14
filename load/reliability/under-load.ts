import type { DecisionRequest } from '../../src/http/decision-schemas.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { startTradingLoad, type TradingLoad } from './trading-load.ts';

interface UnderLoadOptions {
  /** Services. */
  readonly size: number;
  readonly clientsPerMember: number;
  readonly progress: (line: string) => void;
  readonly bodies: readonly DecisionRequest[];
}

/** Between an answer and the same client's next question. */
const PAUSE_MS = 5;

/** Works on a fleet that trades; however that ends, no process is left. */
export async function underLoad<T>(
  { size, clientsPerMember, progress, bodies }: UnderLoadOptions,
  work: (fleet: Fleet, load: TradingLoad) => Promise<T>,
): Promise<T> {
  const fleet = await startFleet({ size, progress });
  const load = startTradingLoad({
    members: fleet.members,
    bodies,
    clientsPerMember,
    pauseMs: PAUSE_MS,
  });
  try {
    return await work(fleet, load);
  } finally {
    await load.stop();
    await fleet.stop();
  }
}
