import type { Alias } from '../store/registry-rows.ts';
import type { Bundle } from './bundle.ts';
import type { BundleFault } from './bundle-fault.ts';

/** Why a bundle may not be in force under an alias; undefined where it may. Only a rung of the ladder asks for more than a release. */
export function rungFault(alias: Alias, { manifest }: Bundle): BundleFault | undefined {
  switch (alias) {
    case 'production':
    case 'candidate':
      return undefined;
    case 'light':
    case 'rules':
      return manifest.rung === alias
        ? undefined
        : { code: 'WRONG_RUNG', detail: `it was not released for the rung ${alias} of the ladder` };
  }
}
