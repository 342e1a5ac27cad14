import type { Control } from '../control/control.ts';
import type { ControlView } from '../control/view.ts';
import type { KeyFacts } from './question.ts';

/** The permission as it is now: none for a key that was revoked while its request waited, or whose secret was rotated away. */
export const viewFor = (
  { id, isRetired }: KeyFacts,
  control: Pick<Control, 'current' | 'isRevoked'>,
): ControlView | undefined => (control.isRevoked(id) || isRetired() ? undefined : control.current());
