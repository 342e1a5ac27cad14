/** One thing that is measured, for example a handler on one runtime. */
export interface Subject {
  readonly name: string;
  /** Name of the subject that its ratios are taken against; null for one that is only a yardstick. */
  readonly baseline: string | null;
  /** Takes one sample. One to warm up is thrown away, and may be longer: compilers need their time. */
  measure(isWarmUp: boolean): Promise<Sample>;
}

/** A number for each metric that applies to the subject, by the metric's name. */
export type Sample = Readonly<Record<string, number>>;

export interface Measured {
  readonly subject: string;
  readonly baseline: string | null;
  /** One a round, in order. Round i of every subject was taken within the same minute or so. */
  readonly samples: readonly Sample[];
}

interface InterleaveOptions {
  readonly subjects: readonly Subject[];
  /** Rounds that count, at least 1. */
  readonly rounds: number;
  /** Rounds before them that are thrown away. */
  readonly warmups: number;
  /** Rejects between two samples when it aborts. */
  readonly signal: AbortSignal;
  /** Told after each sample; `round` counts from 1, and from 0 downwards for warm-ups. */
  readonly onSample: (subject: string, round: number, sample: Sample) => void;
}

/**
 * Takes the samples in the order A B C, A B C, …: whatever drifts on the machine (heat, neighbours, caches) then
 * falls on all subjects alike, and the ratio of two samples of one round is free of it. Nothing runs at the same
 * time. Rejects when a sample does, since a round with a hole cannot be compared.
 */
export async function interleave(options: InterleaveOptions): Promise<readonly Measured[]> {
  const { subjects, rounds, warmups, signal, onSample } = options;
  assertComparable(subjects);
  const samples = subjects.map((): Sample[] => []);
  for (let round = 1 - warmups; round <= rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      signal.throwIfAborted();
      const sample = await measureOnce(subject, round);
      if (round >= 1) samples[index]?.push(sample);
      onSample(subject.name, round, sample);
    }
  }
  return subjects.map(({ name, baseline }, index) => ({
    subject: name,
    baseline,
    samples: samples[index] ?? [],
  }));
}

async function measureOnce(subject: Subject, round: number): Promise<Sample> {
  try {
    return await subject.measure(round < 1);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${subject.name}, round ${round}: ${reason}`, { cause });
  }
}

function assertComparable(subjects: readonly Subject[]): void {
  const names = new Set(subjects.map(({ name }) => name));
  if (names.size !== subjects.length) throw new RangeError('two subjects have the same name');
  for (const { name, baseline } of subjects) {
    if (baseline === null) continue;
    if (!names.has(baseline)) throw new RangeError(`${name}: its baseline ${baseline} is no subject`);
    if (baseline === name) throw new RangeError(`${name} is its own baseline`);
  }
}
