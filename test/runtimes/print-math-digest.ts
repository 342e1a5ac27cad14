import process from 'node:process';
import { digestOfMath } from './math-digest.ts';

/** Usage: print-math-digest.ts COUNT SEED, on Node, Deno or Bun. */
const [count, seed] = process.argv.slice(2).map(Number);
if (!count || seed === undefined) throw new Error('Usage: print-math-digest.ts COUNT SEED');
console.log(JSON.stringify(digestOfMath(count, seed)));
