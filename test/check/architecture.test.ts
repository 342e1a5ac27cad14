import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getTableColumns, isTable } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { holdCodes, problemCodes } from '../../src/core/codes.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import * as schema from '../../src/store/schema.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The cells of a markdown table's rows, without its head, found by the first word of the head. */
function tableRows(text: string, firstHead: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHead} |`));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const inBackticks = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');

const architecture = read('src/ARCHITECTURE.md');

describe('the table of places', () => {
  interface Layer {
    readonly layer: string;
    readonly places: readonly string[];
  }
  const layers: readonly Layer[] = JSON.parse(read('.dependency-cruiser.layers.json'));
  const ruled = layers.flatMap(({ layer, places }) => places.map((place) => [layer, `\`${place}\``]));

  it('has the layers and the order of the import rules', () => {
    expect(tableRows(architecture, 'layer').map((row) => row.slice(0, 2))).toEqual(ruled);
  });

  it('says of each place what lives there and what one comes to change', () => {
    for (const row of tableRows(architecture, 'layer'))
      expect(row.filter((cell) => cell !== '')).toHaveLength(4);
  });

  it('lists every folder and every module of src, and nothing that is not there', () => {
    const present = readdirSync(join(root, 'src'))
      .filter((name) => !name.endsWith('.md'))
      .map((name) => `\`src/${name}\``);
    const listed = ruled.map(([, place]) => place).filter((place) => place !== '`functions`');
    expect(listed.toSorted()).toEqual(present.toSorted());
  });
});

describe.each(['src/ARCHITECTURE.md', 'README.md'])('%s', (page) => {
  it('cites only paths that exist', () => {
    const isPath = (text: string) =>
      /^[\w.-]+(\/[\w.{}-]+)*\/?$/.test(text) &&
      (/\.(ts|mjs|json|jsonc|toml|md|sql)$/.test(text) || text.includes('/'));
    const made = /^(\.local|dist|node_modules)\//;
    const cited = inBackticks(read(page)).filter((text) => isPath(text) && !made.test(text));
    expect(cited.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the glossary', () => {
  const rows = tableRows(architecture, 'word');
  const glossary = rows.flatMap(([word = '', means = '']) => [
    ...word.split(' '),
    ...inBackticks(means).flatMap(wordsOf),
  ]);
  const banned = rows.flatMap(([, , not = '']) => not.split(', ')).filter((word) => !word.includes(' '));
  /** Plain English and units, which need no definition of ours. */
  const plain = new Set(
    'id at type title status detail path message name value version data source error reason age as of valid until ms client created changed decided uploaded by content aliases secret sha256 rate per second'.split(
      ' ',
    ),
  );
  /** Of the Open Inference Protocol, whose names are not ours to choose. */
  const protocol = 'inputs outputs shape datatype platform extensions parameters live ready'.split(' ');
  const known = new Set([...glossary, ...plain, ...protocol]);

  const apiNames = namesIn(openApiDocument());
  const columnNames = Object.values(schema)
    .filter((table) => isTable(table))
    .flatMap((table) => Object.values(getTableColumns(table)).map((column) => column.name));
  const codes = [...Object.keys(problemCodes), ...Object.keys(holdCodes)];

  it.each([
    ['property of the API', apiNames],
    ['column', columnNames],
  ])('has, or leaves to plain English, every word of every %s', (_, names) => {
    const unknown = names.filter((name) =>
      wordsOf(name).some((word) => !known.has(word) && !known.has(word.replace(/s$/, ''))),
    );
    expect(names.length).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });

  it('has one word per idea: no synonym it names is used on the wire, in columns, codes or file names', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|lua)$/.test(path) && !/^(local|optimize)\//.test(path))
      .map((path) => basename(path).replace(/\.\w+$/, ''));
    const used = [...apiNames, ...columnNames, ...codes, ...files].filter((name) =>
      wordsOf(name).some((word) => banned.includes(word)),
    );
    expect(used).toEqual([]);
  });

  it('contradicts itself nowhere and stands in the order of the alphabet', () => {
    const words = rows.map(([word = '']) => word);
    expect(words).toEqual(words.toSorted());
    expect(words.filter((word) => banned.includes(word))).toEqual([]);
  });
});

/** `validUntil`, `valid_until`, `VALID_UNTIL` and `valid-until` as lower-case words. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Every property and parameter that a document names, wherever it stands. */
function namesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties, parameters } = node as { properties?: object; parameters?: { name?: string }[] };
  const here = [
    ...Object.keys(properties ?? {}),
    ...(Array.isArray(parameters) ? parameters.map(({ name }) => name ?? '') : []),
  ];
  return [...new Set([...here, ...Object.values(node).flatMap(namesIn)])];
}
