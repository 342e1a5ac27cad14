import { sha256Base64Url } from '../../core/digest.ts';
import { isAbsent, type OptimizationReport } from '../optimization-report.ts';
import { html, type Markup, trusted } from './html.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { compressionSection } from './sections/compression-section.ts';
import { dataSection } from './sections/data-section.ts';
import { decisionsSection } from './sections/decisions-section.ts';
import { headSection } from './sections/head-section.ts';
import { ledgerSection } from './sections/ledger-section.ts';
import { lineageSection } from './sections/lineage-section.ts';
import { validationSection } from './sections/validation-section.ts';
import { verdictSection } from './sections/verdict-section.ts';

/**
 * The report as one page that needs no network, and by its own content security policy can use none: style and
 * script are admitted by their hash, nothing else is. The same report gives the same bytes, whether it was just
 * made or read back from its JSON.
 */
export function reportPage(report: OptimizationReport): string {
  const { verdict } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${verdict.name}: ${verdict.outcome}. Model factory report</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#verdict">To the verdict</a>
<header><p>ULTRATHINK model factory</p><h1>${verdict.name}</h1></header>
<div class="layout">
${navigation(report)}
<main>
${verdictSection(report)}
${dataSection(report)}
${validationSection(report)}
${report.heads.map(headSection)}
${decisionsSection(report)}
${compressionSection(report)}
${ledgerSection(report)}
${lineageSection(report)}
</main>
</div>
<script>${trusted(PAGE_SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function navigation({ verdict, heads, decisions, compression, ledger }: OptimizationReport): Markup {
  const entries: readonly (readonly [id: string, title: string, isThere: boolean])[] = [
    ['verdict', 'Verdict', true],
    ['data', 'Data', true],
    ['validation', 'Validation', true],
    ...heads.map((head, i) => [`head-${i + 1}`, `Head: ${head.name}`, !isAbsent(head)] as const),
    ['decisions', 'Decisions', !isAbsent(decisions)],
    ['compression', 'Compression', !isAbsent(compression)],
    ['ledger', 'Ledger', !isAbsent(ledger)],
    ['lineage', 'Lineage', true],
  ];
  return html`<nav aria-label="Sections"><p class="state ${verdict.outcome}">${verdict.outcome}</p><ol>${entries.map(
    ([id, title, isThere]) => html`<li><a class="${isThere ? '' : 'faint'}" href="#${id}">${title}</a></li>`,
  )}</ol></nav>`;
}

function contentPolicy(): string {
  // A hash source is padded base64; both alphabets are admitted (CSP level 3, §2.3.1).
  const source = (constant: string): string => `'sha256-${sha256Base64Url(constant)}='`;
  return `default-src 'none'; style-src ${source(PAGE_STYLE)}; script-src ${source(PAGE_SCRIPT)}; base-uri 'none'; form-action 'none'`;
}
