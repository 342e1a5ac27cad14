/** What can be said about SQL text without preparing it, by the token rules of SQLite (https://sqlite.org/lang_expr.html). */

export interface SqlText {
  /** Statements that are more than space and comments. */
  readonly statementCount: number;
  /** Upper-cased words outside quotes and comments, of all statements. */
  readonly words: readonly string[];
  /** In order of appearance, each name once: `?`, `?3`, `:a`, `@a`, `$a`; every bare `?` counts. */
  readonly parameters: readonly string[];
}

const TOKEN = new RegExp(
  [
    /--[^\n]*/, // comments
    /\/\*[\s\S]*?(?:\*\/|$)/,
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/, // text and quoted names
    /(?<parameter>\?\d*|[:@$][\p{L}\p{N}_$]+)/u,
    /(?<word>[\p{L}_][\p{L}\p{N}_$]*)/u,
    /(?<semicolon>;)/,
    /(?<other>\S)/,
  ]
    .map((part) => part.source)
    .join('|'),
  'gu',
);

/** Texts that were read last, each a few times. */
const read = new Map<string, SqlText>();
const readMax = 256;

export function readSqlText(sql: string): SqlText {
  const known = read.get(sql);
  if (known) return known;
  if (read.size >= readMax) read.clear();
  const text = readTokens(sql);
  read.set(sql, text);
  return text;
}

function readTokens(sql: string): SqlText {
  const words: string[] = [];
  const parameters: string[] = [];
  const boundaries = createBoundaries();
  for (const { 0: token, groups } of sql.matchAll(TOKEN)) {
    const isComment = token.startsWith('--') || token.startsWith('/*');
    if (isComment) continue;
    const word = groups?.['word']?.toUpperCase();
    if (word !== undefined) words.push(word);
    if (groups?.['parameter'] !== undefined && (token === '?' || !parameters.includes(token)))
      parameters.push(token);
    boundaries.take(word ?? token);
  }
  return { statementCount: boundaries.count(), words, parameters };
}

/** A semicolon ends a statement, but inside CREATE TRIGGER only the one after `; END` does. */
function createBoundaries() {
  let count = 0;
  let isOpen = false;
  let head: string[] = [];
  let isAfterSemicolon = false;
  let isBodyEnded = false;
  return {
    take(token: string): void {
      const isTrigger = head[0] === 'CREATE' && head.includes('TRIGGER');
      if (token === ';' && (!isTrigger || isBodyEnded)) {
        isOpen = false;
        head = [];
        isBodyEnded = false;
        return;
      }
      if (token !== ';' && !isOpen) {
        isOpen = true;
        count += 1;
      }
      isBodyEnded = isTrigger && isAfterSemicolon && token === 'END';
      isAfterSemicolon = token === ';';
      if (head.length < 3) head.push(token);
    },
    count: () => count,
  };
}

/** False only when executing the text certainly takes no write lock. */
export function mayWrite({ words }: SqlText): boolean {
  switch (words[0]) {
    case 'SELECT':
    case 'VALUES':
    case 'EXPLAIN':
    case 'COMMIT':
    case 'END':
    case 'ROLLBACK':
    case 'SAVEPOINT':
    case 'RELEASE':
    case undefined:
      return false;
    case 'BEGIN':
      return words[1] === 'IMMEDIATE' || words[1] === 'EXCLUSIVE';
    case 'WITH':
      return words.some((word) => ['INSERT', 'UPDATE', 'DELETE', 'REPLACE'].includes(word));
    default:
      return true;
  }
}

/** Whether the connection may keep something of it after its stream: a setting, a temporary or attached schema. */
export const leavesTraces = ({ words }: SqlText): boolean =>
  words.some((word) => ['PRAGMA', 'ATTACH', 'DETACH', 'TEMP', 'TEMPORARY'].includes(word));

/** Whether tables may have other columns afterwards. */
export const changesSchema = ({ words: [verb = ''] }: SqlText): boolean =>
  ['CREATE', 'DROP', 'ALTER', 'ROLLBACK'].includes(verb);
