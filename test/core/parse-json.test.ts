import { expect, it } from 'vitest';
import { parseJson } from '../../src/core/parse-json.ts';

it('gives the value of a JSON text, and undefined for what is none', () => {
  expect(parseJson('{"a":[1,null]}')).toEqual({ a: [1, null] });
  for (const text of ['', '{', 'undefined', 'NaN', '{}{}']) expect(parseJson(text)).toBeUndefined();
});
