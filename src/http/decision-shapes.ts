import type { Shape } from '../core/shape.ts';
import { shapeOf } from '../core/shape-of.ts';
import { batchRequestSchema, decisionRequestSchema } from './decision-schemas.ts';
import { ticksFrame } from './stream-frames.ts';

/** What the hot routes take, of their schemas. The Worker's build has it as it is here (src/local/build-worker.ts). */
export const decisionShapes: { readonly request: Shape; readonly batch: Shape; readonly ticks: Shape } = {
  request: shapeOf(decisionRequestSchema),
  batch: shapeOf(batchRequestSchema),
  ticks: shapeOf(ticksFrame),
};
