import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/local/build-worker.ts';
import { mutations } from '../../../src/local/simulator/mutations.ts';

/** That each is caught takes minutes: `npm run simulate -- --mutations`. */
describe('a planted mutation', () => {
  it.each(mutations)('fits the source still: $name', ({ edits }) => {
    for (const { file, search, replace } of edits) {
      expect(readFileSync(join(ROOT, file), 'utf8').split(search)).toHaveLength(2);
      expect(replace).not.toBe(search);
    }
  });
});
