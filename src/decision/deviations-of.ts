/** One place where a replay is not as it was recorded. */
export interface Deviation {
  /** Names and indices from the record down, joined by dots. */
  readonly path: string;
  /** As it was recorded; null where it was not there. */
  readonly recorded: unknown;
  readonly replayed: unknown;
}

const deviationsMax = 100;

/** Where two JSON values differ, in the order of the first; at most a hundred places. */
export function deviationsOf(recorded: unknown, replayed: unknown): Deviation[] {
  return [...walk('', recorded, replayed)].slice(0, deviationsMax);
}

function* walk(path: string, recorded: unknown, replayed: unknown): Generator<Deviation> {
  if (!isContainer(recorded) || !isContainer(replayed)) {
    if (!Object.is(recorded, replayed))
      yield { path, recorded: recorded ?? null, replayed: replayed ?? null };
    return;
  }
  const [a, b] = [entriesOf(recorded), entriesOf(replayed)];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    yield* walk(path === '' ? name : `${path}.${name}`, a.get(name), b.get(name));
  }
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const entriesOf = (value: object): ReadonlyMap<string, unknown> => new Map(Object.entries(value));
