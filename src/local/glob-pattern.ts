import type { ByteString } from './redis-backend.ts';

/** Redis' glob (`*`, `?`, `[a-c]`, `[^x]`, `\` escapes) as an anchored regular expression over bytes. */
export function globPattern(glob: ByteString): RegExp {
  let source = '';
  for (let i = 0; i < glob.length; i++) {
    const character = glob.charAt(i);
    if (character === '*') source += '[^]*';
    else if (character === '?') source += '[^]';
    else if (character === '[' && glob.indexOf(']', i) > 0) {
      const end = glob.indexOf(']', i);
      const inner = glob.slice(i + 1, end).replace(/[\\[]/g, '\\$&');
      source += `[${inner}]`;
      i = end;
    } else if (character === '\\' && i + 1 < glob.length) {
      i += 1;
      source += escapeForRegExp(glob.charAt(i));
    } else source += escapeForRegExp(character);
  }
  return new RegExp(`^${source}$`);
}

const escapeForRegExp = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
