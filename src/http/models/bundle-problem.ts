import type { BundleFault } from '../../models/bundle-fault.ts';
import { problemResponse } from '../problem.ts';

/** A bundle that is not taken, by the name of its fault. */
export const bundleProblem = ({ code, detail }: BundleFault): Response =>
  problemResponse({
    code: 'BUNDLE_REFUSED',
    detail: `${code}: ${detail}`,
    faults: [{ path: 'bundle', code, message: detail }],
  });
