/** How long each stage of a run took. */
export interface StageClock {
  /** Ends the stage before, if there is one, and begins this one. */
  begin(name: string): void;
  /** Ends the last one and answers all. */
  finish(): readonly { readonly name: string; readonly durationMs: number }[];
}

/** @param nowMs a clock that only goes forwards, in milliseconds */
export function stageClock(nowMs: () => number): StageClock {
  const stages: { name: string; durationMs: number }[] = [];
  let current: { readonly name: string; readonly beganMs: number } | undefined;
  const end = (): void => {
    if (current) stages.push({ name: current.name, durationMs: Math.round(nowMs() - current.beganMs) });
    current = undefined;
  };
  return {
    begin(name) {
      end();
      current = { name, beganMs: nowMs() };
    },
    finish() {
      end();
      return stages;
    },
  };
}
