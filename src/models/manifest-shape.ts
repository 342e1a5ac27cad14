import type { Shape } from '../core/shape.ts';
import { shapeOf } from '../core/shape-of.ts';
import { manifestSchema } from './manifest.ts';

/** Of a manifest, of its schema. The Worker's build has it as it is here (src/local/build-worker.ts). */
export const manifestShape: Shape = shapeOf(manifestSchema);
