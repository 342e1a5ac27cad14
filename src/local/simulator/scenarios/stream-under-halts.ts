import type { Scenario, Stage } from './stage.ts';

/** A stream is asked all the time, while operators halt this and that and let it go again. */
export const streamUnderHalts: Scenario = {
  faultyMs: 6_000,
  play(stage) {
    const { time, draw, operator, isolates, openStream } = stage;
    const [streaming, ...others] = isolates;
    if (!streaming) return;
    const stream = openStream(streaming);
    askOn(stage, () => stream.ask());
    for (let at = draw.between(600, 1_500); at < 5_000; at += draw.between(1_300, 2_500)) {
      time.after(at, () => void operator.perform(draw.pick(others)));
    }
  },
};

function askOn(stage: Stage, ask: () => void): void {
  const { time, draw, endsAtMs } = stage;
  const again = () => {
    ask();
    askOn(stage, ask);
  };
  time.after(draw.between(100, 250), again, () => time.monotonicMs() >= endsAtMs);
}
