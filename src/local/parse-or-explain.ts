/** What `parse` gives; where it throws, an error of its message and the command's usage, for people to read. */
export function parseOrExplain<T>(usage: string, parse: () => T): T {
  try {
    return parse();
  } catch (failure) {
    throw new Error(`${(failure as Error).message}\n${usage}`);
  }
}
