import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Base64Url } from '../../../src/core/digest.ts';
import type { HeadReport, OptimizationReport } from '../../../src/optimize/optimization-report.ts';
import { reportPage } from '../../../src/optimize/report/report-page.ts';
import { fixtureReport } from './report-fixture.ts';

const whole = fixtureReport(7);

/** The same report with each part that may be absent left out. */
const bare: OptimizationReport = {
  ...whole,
  verdict: {
    ...whole.verdict,
    outcome: 'refused',
    reproducibility: { kind: 'not-reproducible', reason: 'The budget ended the search.' },
    incumbent: { absent: 'nothing runs yet' },
    gates: [],
    words: [],
  },
  data: { ...whole.data, findings: [] },
  validation: { ...whole.validation, folds: [], holdout: { absent: 'none was asked for' } },
  heads: [
    {
      ...(whole.heads[0] as HeadReport),
      selection: { absent: 'selection was skipped' },
      search: { absent: 'search was skipped' },
      holdout: { absent: 'no holdout' },
      calibration: { absent: 'no rows to bin' },
      parameters: {},
      members: [],
      folds: [],
      comparisons: [],
    },
    { name: 'risk', absent: 'this target has no risk head' },
  ],
  decisions: { absent: 'nobody followed it' },
  compression: { absent: 'nothing was compressed' },
  ledger: { absent: 'there is no ledger' },
  lineage: { parameters: {}, stages: [], versions: {}, machine: {} },
};

describe('the page', () => {
  it.each([
    ['a whole report', whole],
    ['a report of absences', bare],
  ])('of %s is well-formed, with every section and each id once', (_, report) => {
    const page = reportPage(report);
    expectBalanced(page);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of [
      'verdict',
      'data',
      'validation',
      'head-1',
      'head-2',
      'decisions',
      'compression',
      'ledger',
      'lineage',
    ]) {
      expect(page).toContain(`<section id="${id}"`);
      expect(page).toContain(`href="#${id}"`);
    }
  });

  it('needs no network and admits none: no address, and a policy that names its style and script by hash', () => {
    const page = reportPage(whole).replaceAll('&#39;', "'");
    expect(page.match(/https?:|\/\/[a-z]|@import|url\(|\ssrc=|<link|<iframe|<img/i)).toBeNull();
    for (const [, target] of page.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#/);
    expect(page.match(/\son[a-z]+="|\sstyle="/i)).toBeNull();
    for (const tag of ['style', 'script']) {
      const contents = [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(
        (match) => match[1] as string,
      );
      expect(contents).toHaveLength(1);
      expect(page).toContain(`${tag}-src 'sha256-${sha256Base64Url(contents[0] as string)}='`);
    }
    expect(page).toContain("default-src 'none'");
  });

  it('gives every picture a summary in words, and every chart its numbers as a table', () => {
    const page = reportPage(whole);
    const pictures = [...page.matchAll(/<svg ([^>]*)>/g)].map((match) => match[1] as string);
    for (const attributes of pictures)
      expect(attributes).toMatch(/aria-hidden="true"|role="img" aria-label="[^"]{20,}"/);
    const charts = [...page.matchAll(/<figure>([\s\S]*?)<\/figure>/g)].map((match) => match[1] as string);
    expect(charts).toHaveLength(17);
    for (const chart of charts) {
      expect(chart.match(/<svg class="wide"/g)).toHaveLength(1);
      expect(chart.match(/<svg class="narrow"/g)).toHaveLength(1);
      expect(chart).toMatch(/<details>[\s\S]*<table[\s\S]*<td[\s\S]*<\/details>/);
    }
    expect(pictures.filter((attributes) => attributes.includes('role="img"'))).toHaveLength(
      2 * charts.length,
    );
  });

  it('says of each part that is not there why it is not', () => {
    const page = reportPage(bare);
    for (const reason of [
      'nothing runs yet',
      'none was asked for',
      'selection was skipped',
      'search was skipped',
      'no holdout',
      'no rows to bin',
      'this target has no risk head',
      'nobody followed it',
      'nothing was compressed',
      'there is no ledger',
    ]) {
      expect(page).toContain(reason);
    }
  });

  it('shows the verdict with the number of gates passed, and marks a run that cannot be repeated', () => {
    expect(reportPage(whole)).toContain('6 of 6 gates passed');
    expect(reportPage(whole)).not.toContain('Not reproducible');
    const [gate, ...others] = whole.verdict.gates;
    if (gate === undefined) throw new Error('the fixture has gates');
    const refused = reportPage({
      ...whole,
      verdict: { ...bare.verdict, gates: [{ ...gate, passed: false, statistic: -0.0031 }, ...others] },
    });
    expect(refused).toContain('<p class="outcome">Refused</p>');
    expect(refused).toContain('5 of 6 gates passed');
    expect(refused).toContain('✕ failed');
    expect(refused).toContain('−0.00310\u202fnats');
    expect(refused).toContain('The budget ended the search.');
  });

  it('does not count as passed what a test bundle is not asked', () => {
    const [gate, ...others] = whole.verdict.gates;
    if (gate === undefined) throw new Error('the fixture has gates');
    const waived = { ...gate, statistic: -0.0031, waived: true as const };
    const page = reportPage({ ...whole, verdict: { ...whole.verdict, gates: [waived, ...others] } });
    expect(page).toContain('5 of 5 gates passed, 1 not asked of a test bundle');
    expect(page.match(/>not asked</g)).toHaveLength(1);
  });

  it('shows what a head looks at though the selection dropped it', () => {
    const [head, ...others] = whole.heads as HeadReport[];
    if (head === undefined || 'absent' in head.selection) throw new Error('the fixture has a selection');
    const { features } = head.selection;
    const selection = {
      ...head.selection,
      features: features.map((feature) => ({ ...feature, kept: false })),
    };
    const page = reportPage({ ...whole, heads: [{ ...head, selection }, ...others] });
    const used = features.filter((feature) => feature.used).length;
    expect(page).toContain(`0 of ${features.length} features kept, ${used} used`);
    expect(page.match(/class="filled" x/g)?.length).toBeGreaterThanOrEqual(used);
  });

  it('says that too few trials tell which parameters mattered', () => {
    const heads = (whole.heads as HeadReport[]).map((head) => ({
      ...head,
      search: { ...head.search, importance: [] },
    }));
    expect(reportPage({ ...whole, heads })).toContain('too few trials were complete');
    expect(reportPage(whole)).not.toContain('too few trials were complete');
  });

  it('times each form by the rows of a call, and says of which settings a searched one is', () => {
    const { compression } = whole;
    if ('absent' in compression) throw new Error('the fixture has a compression');
    const steps = compression.steps.map((step, i) =>
      i === 3 ? { ...step, form: 'searched: 4 bits' } : step,
    );
    const page = reportPage({ ...whole, compression: { ...compression, steps } });
    expect(page).toContain('>1 row</th>');
    expect(page).toContain('>a row of 64</th>');
    expect(page).toContain('<p class="footnote">4. searched, by head: 4 bits.</p>');
    const untimed = steps.map((step) => ({ ...step, latencies: [] }));
    expect(reportPage({ ...whole, compression: { ...compression, steps: untimed } })).toContain('not timed');
  });

  it('says when no smaller form keeps the bounds, and then marks none', () => {
    const { compression } = whole;
    if ('absent' in compression) throw new Error('the fixture has a compression');
    expect(reportPage(whole).includes('class="hit chosen"')).toBe(true);
    const page = reportPage({ ...whole, compression: { ...compression, chosen: null } });
    expect(page.includes('No smaller form keeps the bounds.')).toBe(true);
    expect(page.includes('class="hit chosen"')).toBe(false);
  });

  it('draws a policy that lost everything, whose logarithm there is not', () => {
    const { decisions } = whole;
    if ('absent' in decisions) throw new Error('the fixture has decisions');
    const followed = {
      ...decisions.followed,
      values: decisions.atMs.map((_, i) => (i < 9 ? 1 : 0)),
      growth: -1,
    };
    const page = reportPage({ ...whole, decisions: { ...decisions, followed } });
    expectBalanced(page);
    expect(page.includes('−100.0\u202f%')).toBe(true);
  });

  it('escapes hostile text wherever text may stand', () => {
    const hostile = `"><script>alert('x')</script>\u202e&`;
    const page = reportPage(withTexts(whole, (text) => text + hostile));
    expectBalanced(page);
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page).not.toContain('\u202e');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) =>
        expectBalanced(reportPage(withTexts(bare, () => text))),
      ),
      { numRuns: 20 },
    );
  });

  it('is drawn though nothing could be measured, and the same from what was written as JSON', () => {
    const unmeasured = withoutFigures(whole);
    const page = reportPage(unmeasured);
    expectBalanced(page);
    expect(shown(page).match(/NaN|Infinity|null|undefined/)).toBeNull();
    expect(reportPage(JSON.parse(JSON.stringify(unmeasured)))).toBe(page);
    expect(reportPage(JSON.parse(JSON.stringify(whole)))).toBe(reportPage(whole));
  });
});

/** Without style and script. */
const shown = (page: string): string => page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');

const VOID = new Set(['meta']);

/** Every `<` starts a tag whose attributes are quoted, and every element is closed in its turn. */
function expectBalanced(page: string): void {
  const body = shown(page).replace('<!doctype html>', '');
  const open: string[] = [];
  for (const match of body.matchAll(/<(?:(\/?)([a-z][a-z0-9]*)((?:\s[\w:-]+="[^"<>]*")*)\s*(\/?)>)?/gi)) {
    const [tag, closes, name, , selfCloses] = match;
    if (name === undefined) throw new Error(`no tag at ${body.slice(match.index, match.index + 80)}`);
    if (closes === '/') {
      const opened = open.pop();
      if (opened !== name) throw new Error(`${tag} closes <${opened}>`);
    } else if (selfCloses !== '/' && !VOID.has(name)) open.push(name);
  }
  expect(open).toEqual([]);
}

/** Texts that choose a form, not ones that are shown. */
const CHOICES = new Set(['outcome', 'kind', 'severity', 'sense', 'unit', 'verdict']);

function withTexts(report: OptimizationReport, change: (text: string) => string): OptimizationReport {
  return JSON.parse(JSON.stringify(report), (key, value) => {
    if (typeof value !== 'string' || CHOICES.has(key)) return value;
    return ['low', 'middle', 'high'].includes(value) ? value : change(value);
  });
}

const FIGURES = new Set(
  'value low high statistic bound positiveShare ece growth drawdownMax turnover exposure probability auc logLoss flipShare actingShare'.split(
    ' ',
  ),
);

function withoutFigures(report: OptimizationReport): OptimizationReport {
  const emptied = (key: string, value: unknown): unknown => {
    if (typeof value === 'number' && FIGURES.has(key)) return Number.NaN;
    if (Array.isArray(value)) return value.map((item) => emptied('', item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, emptied(name, item)]));
  };
  return emptied('', report) as OptimizationReport;
}
