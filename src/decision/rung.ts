/** A model of the degraded ladder, the best first: the model in production, a lighter one, one of rules. */
export const rungs = ['FULL', 'LIGHT', 'RULES'] as const;

export type Rung = (typeof rungs)[number];

/** The rung that was in force for an answer; `HOLD` where none that may stand in was well. */
export type Mode = Rung | 'HOLD';
