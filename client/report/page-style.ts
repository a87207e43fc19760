/** The page's own style: nothing is loaded from elsewhere. Colours only repeat what words say. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --page: #ffffff; --line: #d0d7de; --way: #3a76b0; --detour: #b45f06; --good: #1a6b34; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --quiet: #9aa5b1; --page: #14181d; --line: #3a424b; --way: #6ba5dc; --detour: #e0954a; --good: #5cc27c; --bad: #ff8a80; }
}
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
.verdict { font-size: 1.15rem; font-weight: 600; margin: .5rem 0; }
.verdict.good { color: var(--good); }
.verdict.bad { color: var(--bad); }
.quiet, footer { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--quiet); }
th, td { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--line); }
th, td.time, td.word { overflow-wrap: normal; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
code { font-family: ui-monospace, monospace; font-size: .95em; }
pre { margin: .25rem 0; white-space: pre-wrap; }
svg { display: block; width: 100%; height: auto; margin: .5rem 0; }
svg text { fill: var(--text); font: 13px system-ui, sans-serif; }
svg .took { fill: var(--quiet); text-anchor: end; }
svg .way { fill: var(--way); }
svg .detour { fill: var(--detour); }
a { color: inherit; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); font-size: .9rem; }
@media screen and (max-width: 40rem) {
  body { padding: 1rem; }
  table, caption, tbody, tr, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .35rem 0; border-bottom: 1px solid var(--line); }
  th, td { padding: 0; border: 0; }
  th[scope=row] { display: block; }
  td.time, td.word { display: inline; margin-right: .75rem; }
  td[data-head]::before { content: attr(data-head) ": "; color: var(--quiet); }
  svg text { font-size: 22px; }
  svg .took { display: none; }
}
@media print {
  :root { --text: #000; --quiet: #333; --page: #fff; --line: #999; --way: #555; --detour: #999; --good: #000; --bad: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2 { break-after: avoid; }
  tr, svg, pre { break-inside: avoid; }
}
`;
