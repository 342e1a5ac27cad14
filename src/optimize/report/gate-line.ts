import type { Gate } from '../optimization-report.ts';
import { quantity, senses } from './format.ts';

/** A gate as a line for people, with the number that decided. */
export function gateLine({ name, passed, waived, statistic, bound, sense, unit, detail }: Gate): string {
  const outcome = waived ? 'waived' : passed ? 'passed' : 'FAILED';
  return `${outcome}  ${name}: ${quantity(statistic, unit)}, has to be ${senses[sense]} ${quantity(bound, unit)} (${detail})`;
}
