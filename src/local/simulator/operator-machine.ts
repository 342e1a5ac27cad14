import type { Config } from '../../config.ts';
import type { Restriction } from '../../control/restrict.ts';
import { type TargetName, targetOf } from '../../risk/target.ts';
import { createDirectRestrict } from '../ops/direct-restrict.ts';
import type { Platform } from './platform.ts';

export interface DirectHalt {
  readonly outcome: Restriction;
  /** Ends with what goes on behind the outcome: the command does not exit before. */
  readonly exited: Promise<void>;
}

/** Halts past the service, as `npm run ops -- halt --direct` does, from a machine that has its own way to both stores. */
export async function haltDirectly(
  name: TargetName,
  { redis, database, receiptSecret }: Pick<Config, 'redis' | 'database' | 'receiptSecret'>,
  platform: Platform,
): Promise<DirectHalt> {
  const target = targetOf(name);
  if (!target) throw new RangeError(`${name} is no target`);
  const restrict = await createDirectRestrict({ redis, database, receiptSecret }, platform.runtime);
  const actor = { kind: 'component', name: 'simulated ops halt --direct' } as const;
  const behind: Promise<void>[] = [];
  const scope = { waitUntil: (work: Promise<void>) => void behind.push(work), clientAddress: '' };
  const outcome = await restrict.halt(target, { actor, reason: 'simulated', clientAddress: null }, scope);
  return { outcome, exited: Promise.all(behind).then(() => undefined) };
}
