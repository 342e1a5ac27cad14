import fc from 'fast-check';
import { TrieRouter } from 'hono/router/trie-router';
import { expect, it } from 'vitest';
import { LiteralPathRouter } from '../../src/http/literal-path-router.ts';

const method = fc.constantFrom('GET', 'POST', 'ALL');
const route = fc.constantFrom('*', '/a/*', '/a', '/a/b', '/a/:id', '/a/:id/b', '/a/b/c', '/a/:x?');
const asked = fc.constantFrom('/', '/a', '/a/', '/a/b', '/a/c', '/a/c/b', '/a/b/c', '/b');

it('finds what the router for any patterns finds, in whatever order routes are added and asked for', () => {
  const step = fc.oneof(
    fc.record({ add: fc.constant(true), method, path: route }),
    fc.record({ add: fc.constant(false), method: fc.constantFrom('GET', 'POST', 'PUT'), path: asked }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const ours = new LiteralPathRouter<number>();
      const theirs = new TrieRouter<number>();
      steps.forEach((each, handler) => {
        if (each.add) {
          ours.add(each.method, each.path, handler);
          theirs.add(each.method, each.path, handler);
        } else {
          expect(ours.match(each.method, each.path)).toEqual(theirs.match(each.method, each.path));
          expect(ours.match(each.method, each.path)).toEqual(theirs.match(each.method, each.path));
        }
      });
    }),
  );
});
