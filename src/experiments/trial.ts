import type { trials } from '../store/schema.ts';

/** A symbol's bar on which both arms were asked, and what each would have done. */
export type Trial = typeof trials.$inferSelect;
