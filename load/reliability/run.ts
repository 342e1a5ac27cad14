/** `npm run reliability`: holds claims of the service against real processes, networks and kills on this machine. */
import { parseArgs } from 'node:util';
import { parseOrExplain } from '../../src/local/parse-or-explain.ts';
import { blackHole } from './black-hole.ts';
import { crash } from './crash.ts';
import { killSwitch } from './kill-switch.ts';
import { overload } from './overload.ts';
import type { Proof } from './proof.ts';
import { shedding } from './shedding.ts';
import { swaps } from './swaps.ts';

const proofs: readonly Proof[] = [killSwitch, blackHole, crash, overload, shedding, swaps];

const USAGE = `usage: npm run reliability -- [${proofs.map(({ name }) => name).join('|')} …] [--trials N] [--seed N]
${proofs.map(({ name, claim, trials }) => `  ${name}: ${claim} (${trials} trials)`).join('\n')}`;

process.exitCode = await main(process.argv.slice(2)).catch((failure: Error) => {
  console.error(failure.message);
  return 1;
});

async function main(args: readonly string[]): Promise<number> {
  const { chosen, trials, seed } = readOptions(args);
  let brokenCount = 0;
  for (const proof of chosen) {
    const { facts, broken } = await proof.run({
      trials: trials ?? proof.trials,
      seed,
      progress: (line) => console.error(`${proof.name}: ${line}`),
    });
    console.log(`## ${proof.name}: ${proof.claim}`);
    for (const fact of facts) console.log(`- ${fact}`);
    for (const line of broken) console.log(`- BROKEN: ${line}`);
    console.log(
      `${broken.length === 0 ? 'held' : 'broken'} in ${trials ?? proof.trials} trials, seed ${seed}\n`,
    );
    brokenCount += broken.length;
  }
  return brokenCount === 0 ? 0 : 1;
}

function readOptions(args: readonly string[]) {
  const { values, positionals } = parseOrExplain(USAGE, () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { trials: { type: 'string' }, seed: { type: 'string', default: '1' } },
    }),
  );
  const unknown = positionals.find((name) => !proofs.some((proof) => proof.name === name));
  if (unknown !== undefined) throw new Error(`there is no proof ${unknown}\n${USAGE}`);
  return {
    chosen: proofs.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    trials: values.trials === undefined ? undefined : wholeNumber(values.trials, 'trials'),
    seed: wholeNumber(values.seed, 'seed'),
  };
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${option} takes a whole number from 1\n${USAGE}`);
  return value;
}
