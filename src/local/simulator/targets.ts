import type { TargetName } from '../../risk/target.ts';
import { strategies } from './clients.ts';
import { accounts } from './keys.ts';

/** What operators hold back beside the whole. Somebody asks about each of them but the last. */
export const targetNames: readonly [TargetName, ...TargetName[]] = [
  `account:${accounts[0]}`,
  `account:${accounts[1]}`,
  `strategy:${strategies[0]}`,
  `strategy:${strategies[1]}`,
  'model:small',
  'symbol:DEMO',
  'symbol:GHOST',
];

/** Whether a decision of the simulation is about the target. All are of one model and one symbol. */
export const isAbout = (target: TargetName, account: string, strategy: string | undefined): boolean =>
  target === 'global' ||
  target === `account:${account}` ||
  target === `strategy:${strategy}` ||
  target === 'model:small' ||
  target === 'symbol:DEMO';
