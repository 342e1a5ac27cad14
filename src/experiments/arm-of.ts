import { sha256Hex } from '../core/digest.ts';
import type { Arm, Experiment } from './experiment.ts';

/**
 * The arm of an account and a symbol: the same as long as the experiment has its name, whatever its share grows to. The
 * first 32 bits of a SHA-256 are below the share for as many pairs as the share says.
 */
export function armOf({ name, terms }: Experiment, account: string, symbol: string): Arm {
  if (terms.kind === 'shadow') return 'production';
  const bits = Number.parseInt(sha256Hex(JSON.stringify([name, account, symbol])).slice(0, 8), 16);
  return bits / 4_294_967_296 < terms.share ? 'candidate' : 'production';
}
