/**
 * The page's style sheet. Series colours are of Okabe and Ito's palette, which stays apart in the common forms of
 * colour blindness; lines differ by dashes as well. Text keeps a contrast of at least 4.5 in both schemes.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --ink: #1c2024; --soft: #4d555e; --faint: #68707a;
  --line: #dfe2e5; --grid: #e9ebed; --band: rgb(0 0 0 / .04); --shade: rgb(0 0 0 / .13);
  --s1: #0072b2; --s2: #d55e00; --s3: #5f6770; --tested: #0072b2; --trained: #9cc7e2; --held: #d55e00;
  --good: #00664a; --good-tint: #e2f3ec; --bad: #a83c00; --bad-tint: #fbe9df; --fair: #7a5200; --fair-tint: #fbf0d6;
  --heat: 0 114 178; --link: #005f96;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #111418; --card: #181c21; --ink: #e9ebee; --soft: #b4bbc3; --faint: #939ba5;
    --line: #30363d; --grid: #262b31; --band: rgb(255 255 255 / .06); --shade: rgb(0 0 0 / .7);
    --s1: #56b4e9; --s2: #e69f00; --s3: #a0a8b1; --tested: #56b4e9; --trained: #2f5d7a; --held: #e69f00;
    --good: #5fd3ac; --good-tint: #12312a; --bad: #ff9d66; --bad-tint: #3b2116; --fair: #f0c75e; --fair-tint: #352b12;
    --heat: 86 180 233; --link: #7cc5f0;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 400 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
a { color: var(--link); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
code { font: .9em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 3; }

header, .layout { max-width: 74rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
header { padding-top: clamp(2rem, 6vw, 4rem); }
header p { margin: 0; color: var(--faint); font-size: .875rem; letter-spacing: .02em; }
h1 { margin: .15rem 0 0; font-size: clamp(1.75rem, 1.3rem + 2vw, 2.6rem); font-weight: 650; letter-spacing: -.02em; line-height: 1.15; }
.layout { display: grid; grid-template-columns: 11rem minmax(0, 54rem); gap: 0 4rem; padding-bottom: 6rem; }
main { grid-column: 2; grid-row: 1; }

nav { position: sticky; top: 2.5rem; align-self: start; padding-top: 3.1rem; font-size: .9rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav li a { display: block; padding: .28rem 0; color: var(--soft); text-decoration: none; }
nav li a:hover { color: var(--ink); text-decoration: underline; }
nav .faint { color: var(--faint); font-style: italic; }
.state { margin: 0 0 .6rem; font-weight: 600; }
.state::first-letter { text-transform: uppercase; }
.state.released { color: var(--good); }
.state.refused { color: var(--bad); }

section { padding: 3rem 0 1rem; }
section + section { border-top: 1px solid var(--line); margin-top: 2.5rem; }
h2 { margin: 0; font-size: 1.6rem; font-weight: 650; letter-spacing: -.015em; line-height: 1.25; }
h2::first-letter, h4::first-letter, figcaption p::first-letter { text-transform: uppercase; }
h3 { margin: 3rem 0 .25rem; font-size: 1.15rem; font-weight: 650; }
h4 { margin: 0; font-size: 1rem; font-weight: 600; }
p { margin: .5rem 0; max-width: 44rem; }
.lead { margin: .35rem 0 1.5rem; color: var(--soft); font-size: 1.05rem; }
.footnote { color: var(--soft); font-size: .88rem; max-width: none; }
.absent { color: var(--faint); font-style: italic; }
.take { font-size: 1.05rem; font-weight: 500; margin: 1rem 0; }

.verdict { display: flex; align-items: center; gap: 1.1rem; padding: 1.3rem 1.5rem; border-radius: .9rem; margin: 1rem 0; }
.verdict p { margin: 0; color: var(--soft); }
.verdict .outcome { font-size: 1.7rem; line-height: 1.2; font-weight: 680; letter-spacing: -.015em; }
.verdict svg { flex: none; }
.verdict svg path { fill: none; stroke: var(--card); stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.verdict.released { background: var(--good-tint); }
.verdict.released .outcome { color: var(--good); }
.verdict.released circle { fill: var(--good); }
.verdict.refused { background: var(--bad-tint); }
.verdict.refused .outcome { color: var(--bad); }
.verdict.refused circle { fill: var(--bad); }
.warning { background: var(--fair-tint); border-radius: .9rem; padding: .9rem 1.5rem; max-width: none; }
.warning strong { color: var(--fair); }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); gap: 1.5rem 2rem; margin: 2rem 0 0; }
.tile p { margin: 0; }
.tile .name, .tile .note { color: var(--faint); font-size: .85rem; }
.tile .name::first-letter { text-transform: uppercase; }
.tile .value { font-size: 1.9rem; font-weight: 600; letter-spacing: -.02em; line-height: 1.35; }
.words { margin: .75rem 0; padding-left: 1.1rem; max-width: 44rem; }
.words li { margin: .4rem 0; padding-left: .2rem; }
.words li::marker { color: var(--faint); }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: .9rem 2rem; margin: 1.25rem 0; }
.facts.short { grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); }
.facts dt { color: var(--faint); font-size: .85rem; }
.facts dd { margin: 0; }

.scroll {
  overflow-x: auto; margin: 1.25rem 0; background:
    linear-gradient(90deg, var(--page) 40%, transparent) left / 2.5rem 100% no-repeat local,
    linear-gradient(270deg, var(--page) 40%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(90deg, var(--shade), transparent) left / .8rem 100% no-repeat scroll,
    linear-gradient(270deg, var(--shade), transparent) right / .8rem 100% no-repeat scroll;
}
table { border-collapse: collapse; font-size: .9rem; line-height: 1.45; min-width: 100%; }
table.small { min-width: min(100%, 34rem); }
th, td { padding: .5rem 1.4rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--faint); font-weight: 500; font-size: .82rem; vertical-align: bottom; border-bottom-color: var(--line); }
tbody th { font-weight: 500; min-width: 6rem; }
tbody tr:hover { background: var(--band); }
.figure { text-align: right; white-space: nowrap; }
td.text { min-width: 9rem; }
tr.strong > * { font-weight: 650; }
td .line, td .between { display: block; }
td .between { color: var(--faint); font-size: .8rem; font-weight: 400; }
.badge { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; font-size: .82rem; font-weight: 550; white-space: nowrap; background: var(--band); color: var(--soft); }
.badge.good { background: var(--good-tint); color: var(--good); }
.badge.bad { background: var(--bad-tint); color: var(--bad); }
.badge.fair { background: var(--fair-tint); color: var(--fair); }

figure { margin: 2.25rem 0; }
figcaption p { margin: .15rem 0 .5rem; color: var(--soft); font-size: .93rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .4rem 0 .8rem; padding: 0; font-size: .85rem; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: .5rem; }
figure > svg { display: block; width: 100%; height: auto; overflow: visible; }
figure > svg.narrow { display: none; }
details { margin-top: .5rem; font-size: .9rem; }
summary { cursor: pointer; color: var(--link); width: fit-content; padding: .2rem 0; }
details .scroll { max-height: 26rem; overflow-y: auto; }
details thead th { position: sticky; top: 0; background: var(--page); }

svg text { font-size: 12px; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .axis text, svg .title, svg .note { fill: var(--faint); font-size: 11.5px; }
svg .grid { stroke: var(--grid); fill: none; }
svg .base, svg .zero { stroke: var(--faint); fill: none; }
svg .label, svg .note { paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round; }
svg .label { fill: var(--ink); }
svg .label.faint { fill: var(--faint); }
svg .strong .label { font-weight: 650; }
svg .band, svg .column { fill: transparent; }
svg .hit:hover .band, svg .hit:hover .column { fill: var(--band); }
svg .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
svg .line.thin { stroke-width: 1.1; }
svg .line.s1, svg .area.s1 { stroke: var(--s1); }
svg .area.s1 { fill: var(--s1); fill-opacity: .16; stroke: none; }
svg .line.s2 { stroke: var(--s2); stroke-dasharray: 6 3; }
svg .line.s3 { stroke: var(--s3); stroke-dasharray: 1.5 3; }
svg .end { font-weight: 600; }
svg .end tspan { font-weight: 400; fill: var(--soft); }
svg .end.s1 { fill: var(--s1); } svg .end.s2 { fill: var(--s2); } svg .end.s3 { fill: var(--s3); }
svg .ideal, svg .line.ideal { fill: none; stroke: var(--faint); stroke-dasharray: 4 4; stroke-width: 1.2; }
svg .bound, svg .line.bound { fill: none; stroke: var(--s2); stroke-dasharray: 6 3; stroke-width: 1.4; }
svg .train { fill: var(--trained); }
svg .test { fill: var(--tested); }
svg .holdout { fill: var(--held); stroke: var(--ink); stroke-width: 1; }
svg .gap { stroke: var(--faint); fill: none; stroke-width: 1.5; }
svg .kept { fill: var(--s1); }
svg .filled { fill: var(--s1); fill-opacity: .4; }
svg .dropped { fill: none; stroke: var(--s3); stroke-dasharray: 3 2; }
svg .whisker { stroke: var(--ink); stroke-opacity: .75; fill: none; stroke-width: 1.2; }
svg .dot { fill: var(--page); stroke: var(--s1); stroke-width: 2; }
svg .strong .dot { fill: var(--s1); }
svg .span { stroke: var(--s1); stroke-width: 2; stroke-opacity: .55; fill: none; }
svg .strong .span { stroke-width: 3; stroke-opacity: .8; }
svg .count { fill: var(--s3); fill-opacity: .55; }
svg .complete { fill: var(--s1); fill-opacity: .75; }
svg .pruned { fill: var(--page); stroke: var(--s3); stroke-width: 1.4; }
svg .failed { fill: none; stroke: var(--bad); stroke-width: 1.6; }
svg .form { fill: var(--page); stroke: var(--s1); stroke-width: 1.8; }
svg .number { font-size: 11px; fill: var(--ink); }
svg .chosen .form { fill: var(--s1); }
svg .chosen .number { fill: var(--page); font-weight: 700; }

.regimes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15.5rem), 1fr)); gap: 1.5rem 2rem; margin: 1.25rem 0; }
.heat { table-layout: fixed; width: 100%; }
.heat th, .heat td { padding: .55rem .6rem; }
.heat th { min-width: 0; padding-left: 0; white-space: normal; }
.heat thead th:first-child { width: 4.2rem; }
.heat tbody td { border: 2px solid var(--page); border-radius: 4px; }
.heat td span { display: block; font-size: .8rem; color: var(--soft); }
.heat-0 { background: rgb(var(--heat) / .02); } .heat-1 { background: rgb(var(--heat) / .06); }
.heat-2 { background: rgb(var(--heat) / .10); } .heat-3 { background: rgb(var(--heat) / .15); }
.heat-4 { background: rgb(var(--heat) / .20); } .heat-5 { background: rgb(var(--heat) / .25); }
.heat-6 { background: rgb(var(--heat) / .30); } .heat-7 { background: rgb(var(--heat) / .34); }
.heat-8 { background: rgb(var(--heat) / .38); } .heat-9 { background: rgb(var(--heat) / .42); }
.heat-10 { background: rgb(var(--heat) / .46); }

.tip {
  position: fixed; z-index: 2; max-width: min(20rem, 90vw); padding: .4rem .7rem; border-radius: .5rem;
  background: var(--ink); color: var(--page); font-size: .82rem; line-height: 1.4; pointer-events: none;
}
.tip[hidden] { display: none; }

@media (max-width: 62rem) {
  .layout { display: block; }
  nav { position: static; padding-top: 1.5rem; }
  nav ol { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; }
  section { padding-top: 2.2rem; }
}
@media (max-width: 38rem) {
  figure > svg.wide { display: none; }
  figure > svg.narrow { display: block; }
  .verdict { padding: 1.1rem; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 1.25rem 1rem; }
  .tile .value { font-size: 1.5rem; }
  .facts.short { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  th, td { padding-right: 1rem; }
  .stacked thead { display: none; }
  .stacked tr { display: block; padding: .7rem 0; border-bottom: 1px solid var(--line); }
  .stacked th, .stacked td { display: flex; justify-content: space-between; gap: 1rem; padding: .12rem 0; border: 0; text-align: right; white-space: normal; }
  .stacked tbody th { display: block; text-align: left; font-size: 1rem; font-weight: 650; }
  .stacked td::before { content: attr(data-title); color: var(--faint); text-align: left; white-space: nowrap; }
}
@media print {
  @page { margin: 16mm 14mm; }
  :root { --page: #ffffff; }
  body { font-size: 10pt; }
  section { padding-top: 1rem; }
  h3 { margin-top: 1.5rem; }
  header, .layout { max-width: none; padding-left: 0; padding-right: 0; }
  .layout { display: block; }
  nav, .skip, .tip, details { display: none; }
  section + section { border-top: 0; margin-top: 1rem; }
  h2, h3, h4 { break-after: avoid; }
  figure, tr, .verdict, .tiles, .facts > div, .regimes > div { break-inside: avoid; }
  .scroll { overflow: visible; background: none; }
  figure > svg { max-height: 11cm; }
  .tiles { grid-template-columns: repeat(4, 1fr); gap: 1rem; }
  .tile .value { font-size: 1.4rem; }
  .lead + .facts { break-before: avoid; }
  table { font-size: 8.5pt; }
  th, td { padding: .3rem .7rem .3rem 0; }
  .verdict, .warning, .badge, svg, .heat td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  a { color: inherit; text-decoration: none; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;
