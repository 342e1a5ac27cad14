import type { Result, Router } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';

/**
 * Hono's router for any patterns, which walks a tree and splits paths; Hono's faster ones do not take `/a/b` beside `/a/:id`.
 * What it finds for a path that was added letter by letter is the same each time, and is remembered.
 */
export class LiteralPathRouter<T> implements Router<T> {
  readonly name = 'LiteralPathRouter';
  readonly #all = new TrieRouter<T>();
  readonly #literalPaths = new Set<string>();
  /** Of methods that were added, so that no client makes it grow. */
  readonly #foundByMethod = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#all.add(method, path, handler);
    if (!/[:*?{]/.test(path)) this.#literalPaths.add(path);
    // What was found so far may lack this.
    this.#foundByMethod.set(method, new Map());
    for (const found of this.#foundByMethod.values()) found.clear();
  }

  match(method: string, path: string): Result<T> {
    const found = this.#foundByMethod.get(method);
    const known = found?.get(path);
    if (known) return known;
    const result = this.#all.match(method, path);
    if (this.#literalPaths.has(path)) found?.set(path, result);
    return result;
  }
}
