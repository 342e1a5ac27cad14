import type { Scenario, Stage } from './stage.ts';

const gapMs = 10;
/** Once nothing is replaced any more. */
const settledGapMs = 80;
/** Before the end, so that what is in force then can be seen to be followed. */
const settledMs = 3_200;
/** Most isolates follow by then, and what they used is given back under the requests that still have it. */
const aliasesFollowedMs = 400;

/** The model in production is replaced and rolled back again and again, while every isolate has requests under way. */
export const modelsReplaced: Scenario = {
  faultyMs: 4_800,
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
  const isSettled = time.monotonicMs() >= endsAtMs - settledMs + aliasesFollowedMs;
  const mostMs = isSettled ? settledGapMs : gapMs;
  time.after(draw.between(mostMs / 2, mostMs), again, () => time.monotonicMs() >= endsAtMs);
}

function replaceOn(stage: Stage): void {
  const { time, draw, endsAtMs, replaceModel } = stage;
  const again = () => {
    replaceModel();
    replaceOn(stage);
  };
  time.after(draw.between(200, 600), again, () => time.monotonicMs() >= endsAtMs - settledMs);
}
