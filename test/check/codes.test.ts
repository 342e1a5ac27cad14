import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdCodes, problemCodes } from '../../src/core/codes.ts';

const root = join(import.meta.dirname, '../../src');

describe('the closed code list', () => {
  it('has no code that nothing answers with', () => {
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== join('core', 'codes.ts'))
      .map((path) => readFileSync(join(root, path), 'utf8'))
      .join('\n');
    const codes = [...Object.keys(problemCodes), ...Object.keys(holdCodes)];
    expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });
});
