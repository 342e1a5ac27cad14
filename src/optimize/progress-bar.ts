/** Where a bar is drawn: standard error, as a rule. */
interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface ProgressBar {
  /** `share` of the work that is done, in [0, 1]. */
  update(share: number): void;
  /** Ends the line, once. */
  finish(): void;
}

/** One line that fills on a terminal; elsewhere a line a tenth, so that a log stays readable. */
export function progressBar(stream: ProgressStream, title: string): ProgressBar {
  let shown = -1;
  let isFinished = false;
  const draw = (steps: number): void => {
    const bar = `${'█'.repeat(Math.round(steps / 4))}${'·'.repeat(25 - Math.round(steps / 4))}`;
    stream.write(`\r${title} ${bar} ${steps} %`);
  };
  return {
    update(share) {
      const steps = Math.floor(Math.min(1, share) * 100);
      const isNews = stream.isTTY ? steps > shown : Math.floor(steps / 10) > Math.floor(shown / 10);
      if (!isNews) return;
      shown = steps;
      if (stream.isTTY) draw(steps);
      else stream.write(`${title}: ${steps} %\n`);
    },
    finish() {
      if (stream.isTTY && shown >= 0 && !isFinished) stream.write('\n');
      isFinished = true;
    },
  };
}
