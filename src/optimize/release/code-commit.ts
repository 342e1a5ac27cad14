import { execFileSync } from 'node:child_process';

/** What a model is made by. What a run itself writes (`bundles`) is not among it, so that a run does not change the next. */
const CODE = ['src', 'package-lock.json'];

/**
 * The last commit that changed the code of the source tree at `root`, 40 hex digits, with `+` behind it where a file differs from it; `unknown`
 * outside a repository. Commits of other things, such as of a bundle that was made, leave it as it is.
 */
export function codeCommit(root: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', [...args, '--', ...CODE], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const isChanged = git('status', '--porcelain') !== '';
    return `${git('log', '-1', '--format=%H')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
