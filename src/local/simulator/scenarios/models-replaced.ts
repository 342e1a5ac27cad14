import type { Scenario, Stage } from './stage.ts';

const gapMs = 10;
/** Before the end, so that what is in force then can be seen to be followed. */
const settledMs = 3_200;

/** The model in production is replaced and rolled back again and again, while every isolate has requests under way. */
export const modelsReplaced: Scenario = {
  faultyMs: 7_000,
  replacesModels: true,
  play(stage) {
    askOn(stage);
    replaceOn(stage);
  },
};

/** With an idempotency key: it waits for its claim, and so has a model in hand for a while. */
function askOn(stage: Stage): void {
  const { time, draw, clients, living, endsAtMs, send } = stage;
  const again = () => {
    const isolate = draw.pick(living());
    if (isolate) void send(clients.acting('once'), isolate);
    askOn(stage);
  };
  time.after(draw.between(gapMs / 2, gapMs), again, () => time.monotonicMs() >= endsAtMs);
}

function replaceOn(stage: Stage): void {
  const { time, draw, endsAtMs, replaceModel } = stage;
  const again = () => {
    replaceModel();
    replaceOn(stage);
  };
  time.after(draw.between(300, 900), again, () => time.monotonicMs() >= endsAtMs - settledMs);
}
