import { quantity } from './format.ts';
import type { Gate } from './optimization-report.ts';

/** How a bound is written before its value. */
export const gateSenses = {
  above: '>',
  'at-least': '≥',
  'at-most': '≤',
  below: '<',
  equal: '=',
} as const satisfies Record<Gate['sense'], string>;

/** A gate as a line for people, with the number that decided. */
export function gateLine({ name, passed, statistic, sense, bound, unit, detail }: Gate): string {
  const measured = quantity(statistic, unit);
  const needed = `${gateSenses[sense]} ${quantity(bound, unit)}`;
  return `${passed ? 'passed' : 'FAILED'}  ${name}: ${measured}, has to be ${needed} (${detail})`;
}
