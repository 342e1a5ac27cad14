/** The docs page's only style; its hash stands in the page's content security policy. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f7f9; --line: #e4e7ec;
  --ink: #1a1f2b; --quiet: #586174; --link: #2f5bd0; --warn: #9a5b00; --bad: #b3261e; --good: #1c7a4a;
  --mark: #fff4cf;
  --text: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1217; --raised: #171b22; --line: #272d38;
    --ink: #e3e7ee; --quiet: #98a2b5; --link: #8fb0ff; --warn: #e0aa55; --bad: #ff9c93; --good: #74cf9f;
    --mark: #3a3214;
  }
}
* { box-sizing: border-box; margin: 0; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
body { display: grid; grid-template-columns: 17rem minmax(0, 1fr); background: var(--ground); color: var(--ink);
  font: 400 1rem/1.6 var(--text); }
a { color: inherit; text-decoration: none; }
p a, dd a, nav a:hover, h2 a:hover, dt a:hover { color: var(--link); }
a:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 3px; }
code { font: 0.875em/1.5 var(--mono); overflow-wrap: anywhere; }
ul, dl { list-style: none; padding: 0; }

nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 2rem 1.25rem;
  border-right: 1px solid var(--line); font-size: 0.875rem; }
nav ul { margin-bottom: 1.75rem; }
nav li a { display: flex; gap: 0.6rem; align-items: baseline; padding: 0.3rem 0; color: var(--quiet); }
nav .method { flex: 0 0 2.4rem; }
.brand { margin-bottom: 1.75rem; font-weight: 650; letter-spacing: 0.04em; }
.brand span { color: var(--quiet); font-weight: 400; letter-spacing: 0; }
.method { color: var(--link); font: 600 0.75rem/1.4 var(--mono); }

main { max-width: 80rem; padding: 0 clamp(1.25rem, 4vw, 4rem) 6rem; }
header { padding: 3.5rem 0 2.5rem; }
h1 { font-size: 2.25rem; line-height: 1.2; font-weight: 680; letter-spacing: -0.02em; }
h2 { font-size: 1.5rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.012em; }
h3 { margin-top: 2.25rem; padding-bottom: 0.6rem; border-bottom: 1px solid var(--line); font-size: 0.875rem;
  font-weight: 650; }
.lead { max-width: 42rem; margin-top: 0.75rem; color: var(--quiet); font-size: 1.125rem; }
.facts { display: grid; max-width: 58rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.5rem 3rem;
  margin-top: 2.5rem; font-size: 0.9375rem; }
.facts dt { font-weight: 650; }
.facts dd { color: var(--quiet); }
section { padding: 3.5rem 0; border-top: 1px solid var(--line); }

.operation { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 26rem); gap: 2rem clamp(2rem, 4vw, 4rem); }
.route { display: flex; flex-wrap: wrap; gap: 0.35rem 0.75rem; align-items: baseline; margin: 0.6rem 0 1rem; }
.scope { color: var(--quiet); font-size: 0.875rem; }
.fields li { padding: 0.8rem 0; border-bottom: 1px solid var(--line); font-size: 0.9375rem; }
.fields p + p { margin-top: 0.2rem; color: var(--quiet); }
.field { display: flex; flex-wrap: wrap; gap: 0.1rem 0.7rem; align-items: baseline; }
.field code { font-weight: 600; }
.prefix { color: var(--quiet); font-weight: 400; }
.type { color: var(--quiet); font-size: 0.8125rem; }
.note { color: var(--warn); font-size: 0.8125rem; }
.constraints { font-size: 0.8125rem; }
.values { line-height: 2; }
.values code { padding: 0.1rem 0.4rem; border: 1px solid var(--line); border-radius: 4px; font-size: 0.75rem; }
.statuses li { display: grid; grid-template-columns: 3rem 1fr; padding: 0.45rem 0; font-size: 0.9375rem; }
.status { font: 600 0.8125rem/1.8 var(--mono); }
.s2 { color: var(--good); } .s4 { color: var(--warn); } .s5 { color: var(--bad); }

.examples { position: sticky; top: 1.5rem; align-self: start; display: grid; gap: 1.25rem; min-width: 0; }
figure { min-width: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); overflow: hidden; }
figcaption { padding: 0.55rem 1rem; border-bottom: 1px solid var(--line); color: var(--quiet); font-size: 0.8125rem; }
pre { max-height: 40rem; padding: 0.9rem 1rem; overflow: auto; font-size: 0.875rem; }
pre code { font-size: 0.8125rem; overflow-wrap: normal; }

.codes > p { max-width: 46rem; margin-top: 0.75rem; color: var(--quiet); }
.codes dl { margin-top: 1.5rem; border-top: 1px solid var(--line); }
.codes dl > div { display: grid; grid-template-columns: minmax(17rem, 22rem) 1fr; gap: 0.1rem 2rem; padding: 0.65rem 0.5rem;
  border-bottom: 1px solid var(--line); font-size: 0.9375rem; }
.codes dt { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.codes dt code { font-weight: 600; }
.codes dd { color: var(--quiet); }
.codes div:target { background: var(--mark); border-radius: 4px; }
.codes div:target dd { color: inherit; }

@media (max-width: 75rem) {
  .operation { grid-template-columns: minmax(0, 1fr); }
  .examples { position: static; }
}
@media (max-width: 52rem) {
  body { display: block; }
  nav { position: static; height: auto; padding: 1.25rem; border-right: 0; border-bottom: 1px solid var(--line); }
  nav ul, .brand { margin-bottom: 0.75rem; }
  header { padding: 2rem 0; }
  h1 { font-size: 1.75rem; }
  section { padding: 2.5rem 0; }
  .codes dl > div { grid-template-columns: 1fr; }
}
@media print {
  body { display: block; }
  nav { display: none; }
  .operation { display: block; break-inside: avoid-page; }
}
`;
