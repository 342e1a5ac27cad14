import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const spread = { median: z.number(), min: z.number(), max: z.number() };

const resultSchema = z.object({
  format: z.literal(1),
  suite: z.string(),
  title: z.string(),
  /** When it began, RFC 3339. */
  date: z.string(),
  command: z.string(),
  /** With `+` behind it when tracked files differed from it. */
  commit: z.string(),
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    memoryMib: z.number(),
    kernel: z.string(),
    node: z.string(),
    /** How busy the machine was when it began: 1 is one core. */
    loadAverage1m: z.number(),
  }),
  /** What a reader has to know to repeat it, a sentence each. */
  conditions: z.array(z.string()).readonly(),
  warmups: z.number(),
  rounds: z.number(),
  metrics: z
    .array(z.object({ name: z.string(), better: z.enum(['higher', 'lower']), isCompared: z.boolean() }))
    .readonly(),
  series: z
    .array(
      z.object({
        subject: z.string(),
        metric: z.string(),
        samples: z.array(z.number()).readonly(),
        ...spread,
        ratio: z
          .object({ baseline: z.string(), perRound: z.array(z.number()).readonly(), ...spread })
          .nullable(),
      }),
    )
    .readonly(),
  /** Why the figures may not be published; empty in a sound run. */
  faults: z.array(z.string()).readonly(),
});

/** One run of one suite, as it is kept. */
export type Result = z.infer<typeof resultSchema>;

export function writeResult(path: string, result: Result): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
}

/** Throws, in one line, what is wrong with the file. */
export function readResult(path: string): Result {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`);
  }
  const parsed = resultSchema.safeParse(content);
  if (!parsed.success)
    throw new Error(`${path} is no result of this bench: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}
