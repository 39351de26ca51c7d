/**
 * The page's style. Colours: series after Okabe and Ito (told apart by colour-blind readers), the
 * ramp ordered by lightness; each has a light and a dark value. No font is fetched.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f8; --card: #ffffff; --sunk: #f3f4f6;
  --ink: #16191d; --ink-2: #5b626b; --faint: #8d949d; --line: #e1e4e8; --grid: #eceef1; --edge: #b4bac2;
  --accent: #0b62a8; --good: #0a6e52; --good-bg: #e2f4ec; --bad: #a63a08; --bad-bg: #fdeadf;
  --open: #565c66; --open-bg: #eceef1;
  --series-1: #0072b2; --series-2: #d55e00; --series-3: #00876a;
  --series-4: #b0528c; --series-5: #7a6a00; --series-6: #4a5f8a;
  --ramp-1: #2c3e8f; --ramp-2: #6a3d9a; --ramp-3: #b03a7e; --ramp-4: #dd6052; --ramp-5: #e8973a;
  --atoms-1: #33418f; --atoms-2: #e39a33; --atoms-3: #16191d; --atoms-4: #00876a;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101215; --card: #181b1f; --sunk: #1e2226;
    --ink: #e7e9ec; --ink-2: #a3abb5; --faint: #78818c; --line: #2b3036; --grid: #24292e; --edge: #555c65;
    --accent: #6db5f2; --good: #6fd3ae; --good-bg: #15322a; --bad: #f59a6b; --bad-bg: #3a2115;
    --open: #b0b7c0; --open-bg: #282d33;
    --series-1: #56b4e9; --series-2: #f0843c; --series-3: #3fc49f;
    --series-4: #e08fc0; --series-5: #d5c24a; --series-6: #98aede;
    --ramp-1: #8ea2ff; --ramp-2: #b68cf0; --ramp-3: #e87fb8; --ramp-4: #f7a08f; --ramp-5: #fbd08c;
    --atoms-1: #93a4ff; --atoms-2: #d08c35; --atoms-3: #f2f3f5; --atoms-4: #3fc49f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 3.5rem; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.top, main { max-width: 1160px; margin: 0 auto; padding: 0 24px; }
.top { padding-top: 44px; padding-bottom: 20px; }
.kind { margin: 0; color: var(--ink-2); font-size: 13px; letter-spacing: .04em; }
h1 { margin: 0; font-size: 34px; line-height: 1.2; letter-spacing: -.015em; font-weight: 680; }
.run { margin: 6px 0 0; color: var(--ink-2); font-size: 14px; }
.run span:not(:last-child)::after { content: "·"; margin: 0 .5em; color: var(--faint); }
.outcome { max-width: 74ch; margin: 18px 0 0; font-size: 16.5px; line-height: 1.6; }
.outcome strong { font-weight: 640; }
nav {
  position: sticky; top: 0; z-index: 2; background: var(--page);
  border-bottom: 1px solid var(--line); overflow-x: auto; white-space: nowrap; scrollbar-width: none;
  padding: 10px max(24px, calc((100vw - 1112px) / 2)); font-size: 14px;
}
nav a { color: var(--ink-2); margin-right: 22px; }
main { padding-bottom: 64px; }
section { margin-top: 34px; }
h2 { margin: 0 0 14px; font-size: 21px; line-height: 1.3; letter-spacing: -.01em; font-weight: 660; }
h3 { margin: 26px 0 8px; font-size: 16px; font-weight: 650; }
h4 { margin: 0 0 2px; font-size: 15px; font-weight: 620; }
p { margin: 8px 0; }
.quiet, .unit { color: var(--ink-2); }
.unit { font-weight: 400; font-size: .92em; }
.caption, .note { color: var(--ink-2); font-size: 13px; line-height: 1.5; max-width: 88ch; margin: 6px 0 0; }
.tone-good { color: var(--good); } .tone-bad { color: var(--bad); } .tone-neutral { color: var(--open); }
.toc { margin: 0; line-height: 2; }
.toc a {
  display: inline-block; padding: 1px 11px; margin: 0 6px 6px 0; font-size: 13.5px; line-height: 1.7;
  background: var(--card); border: 1px solid var(--line); border-radius: 99px; color: var(--ink);
}
#steps { margin-bottom: -14px; }

.step { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 24px 24px; margin-top: 20px; }
.step header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; }
.step h3 { margin: 0; font-size: 19px; letter-spacing: -.01em; }
.uses { color: var(--ink-2); font-size: 13.5px; }
.about { margin: 4px 0 0; max-width: 80ch; color: var(--ink-2); font-size: 14px; }
.callout { margin: 12px 0 0; padding: 9px 14px; border-radius: 8px; background: var(--sunk); font-size: 14px; }
.callout.open { border-left: 3px solid var(--faint); }
.callout.failed { border-left: 3px solid var(--bad); }
.log { margin: 8px 0 2px; font: 12px/1.5 var(--mono); overflow-x: auto; }

.step > .grid { margin-top: 16px; }
.grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px 28px; align-items: start; }
.grid.thirds { grid-template-columns: repeat(3, minmax(0, 1fr)); }
.row { margin-top: 22px; }
.values + .row, .scroll + .row { margin-top: 4px; }
.row > .grid { margin-top: 10px; }
.figure { margin: 12px 0 0; min-width: 0; }
.row .figure { margin-top: 0; }
.figure.wide, .figure.kind-table.wide { grid-column: 1 / -1; }
#results .figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 8px 22px 18px; margin: 0 0 16px; }
.head { display: flex; flex-wrap: wrap; gap: 0 12px; align-items: baseline; font-size: 14px; font-weight: 620; margin-bottom: 2px; }
.element { font-weight: 560; font-size: 13.5px; }
.swatch { display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 7px; background: var(--faint); }
.series-1 { background: var(--series-1); } .series-2 { background: var(--series-2); } .series-3 { background: var(--series-3); }
.series-4 { background: var(--series-4); } .series-5 { background: var(--series-5); } .series-6 { background: var(--series-6); }

.plot { display: block; width: 100%; height: auto; overflow: visible; color: var(--ink-2); font: 11px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; font-variant-numeric: tabular-nums; }
.plot text { white-space: pre; }
.plot .dots { fill: none; stroke-linecap: round; stroke-width: 2.8; stroke-opacity: .5; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0 16px; margin: 2px 0 4px; padding: 0; font-size: 12.5px; color: var(--ink-2); line-height: 1.7; }
.legend li { display: flex; align-items: center; gap: 6px; }
.key { flex: none; }
.atoms { display: block; width: 100%; height: auto; }
.atoms path { fill: none; stroke-linecap: round; stroke-opacity: .82; }
.atoms .cell { fill: none; stroke: var(--line); stroke-width: .25; }
.atoms-1 { stroke: var(--atoms-1); } .atoms-2 { stroke: var(--atoms-2); } .atoms-3 { stroke: var(--atoms-3); } .atoms-4 { stroke: var(--atoms-4); }
.atoms-key-1 { fill: var(--atoms-1); } .atoms-key-2 { fill: var(--atoms-2); } .atoms-key-3 { fill: var(--atoms-3); } .atoms-key-4 { fill: var(--atoms-4); }

.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: 13.5px; line-height: 1.45; min-width: min(100%, 420px); }
th, td { text-align: left; vertical-align: top; padding: 7px 26px 7px 0; border-bottom: 1px solid var(--line); font-weight: 400; }
th:last-child, td:last-child { padding-right: 2px; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--ink-2); font-size: 12.5px; white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 560; }
.number { text-align: right; white-space: nowrap; }
.values { margin: 14px 0 20px; }
.pair table, .sides, .methods, .tasks { width: 100%; }
.sub { display: block; color: var(--ink-2); font-size: 12.5px; font-weight: 400; line-height: 1.45; white-space: normal; }
.mark { display: inline-block; margin-left: 8px; padding: 0 7px; border-radius: 5px; font-size: 12px; background: var(--bad-bg); color: var(--bad); }
.sides { min-width: 640px; }
.sides td, .sides tbody th { padding-top: 12px; padding-bottom: 13px; min-width: 150px; }
.sides tbody th { font-size: 14.5px; }
.sides thead th { font-size: 13.5px; color: var(--ink); font-weight: 600; padding-top: 12px; }
.big { font-size: 16px; font-weight: 560; white-space: nowrap; }
.line { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 10px; margin: 4px 0 1px; }
.deviation { color: var(--ink-2); font-size: 12.5px; white-space: nowrap; }
.verdict { display: inline-block; padding: 1px 9px 1px 7px; border-radius: 99px; font-size: 12.5px; font-weight: 600; line-height: 1.6; white-space: nowrap; }
.verdict.good { background: var(--good-bg); color: var(--good); }
.verdict.bad { background: var(--bad-bg); color: var(--bad); }
.verdict.neutral { background: var(--open-bg); color: var(--open); }

#graph > .scroll, .timeline { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px; }
.graph { display: block; margin: 0 auto; max-width: none; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
.graph .edges path { fill: none; stroke: var(--edge); stroke-width: 1.3; }
.node rect { fill: var(--sunk); stroke: var(--line); stroke-width: 1.2; }
.node:hover rect { stroke: var(--accent); }
.node .name { fill: var(--ink); font-weight: 600; }
.node .uses { fill: var(--ink-2); font-size: 11.5px; }
.node circle { fill: var(--good); }
.node.is-inconclusive circle { fill: var(--card); stroke: var(--ink-2); stroke-width: 2; }
.node.is-failed circle { fill: var(--bad); }
.node.is-not-run circle, .node.is-skipped circle { fill: var(--line); }

.timeline ol { list-style: none; margin: 0; padding: 0; }
.timeline li, .axis { display: flex; align-items: center; gap: 12px; font-size: 13px; line-height: 1.25; }
.who { flex: 0 0 190px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--ink); padding: 3px 0; }
.track { position: relative; flex: 1; height: 14px; min-width: 0; }
.timeline li .track { background: linear-gradient(var(--grid), var(--grid)) center / 100% 1px no-repeat; }
.took { flex: 0 0 84px; text-align: right; color: var(--ink-2); white-space: nowrap; font-size: 12.5px; }
.bar, .bar-key { background: var(--series-1); border-radius: 3px; }
.bar { position: absolute; top: 1px; height: 12px; min-width: 3px; }
.bar-key { width: 18px; height: 10px; }
.bar.inconclusive, .bar-key.inconclusive { background: var(--series-2); }
.bar.restored, .bar-key.restored { opacity: .38; }
.axis .track { height: 20px; margin-top: 5px; font-size: 12px; color: var(--ink-2); }
.axis .track span:not(.cut) { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.axis .track span:first-child:not(.cut) { transform: none; }
.axis .cut { position: absolute; bottom: 22px; height: 400px; border-left: 1.5px dotted var(--faint); pointer-events: none; }
.timeline { overflow: hidden; }

.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 40px; }
.pair h3 { margin-top: 8px; }
.plain { list-style: none; margin: 10px 0; padding: 0; font-size: 13.5px; }
.code { margin: 8px 0; padding: 14px 16px; overflow: auto; max-height: 560px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); font: 12.5px/1.6 var(--mono); tab-size: 2; }
.code .n { display: inline-block; width: 2.4em; margin-right: 1.4em; text-align: right; color: var(--faint); user-select: none; }
.y-comment { color: var(--ink-2); font-style: italic; } .y-key { color: var(--accent); }
.y-reference { color: var(--series-4); } .y-string { color: var(--good); } .y-number { color: var(--series-2); }
.path, .digest { font-family: var(--mono); font-size: 12px; }
.digest { color: var(--ink-2); overflow-wrap: anywhere; }
.tasks .digest, .when { white-space: nowrap; }
.licence { font-size: 13px; color: var(--ink-2); white-space: pre-line; max-width: 100ch; }
.methods td:nth-child(2) { min-width: 280px; }
details.more { margin-top: 18px; }
summary { cursor: pointer; color: var(--accent); font-size: 14px; }

@media (max-width: 760px) {
  .top, main { padding-left: 14px; padding-right: 14px; }
  .top { padding-top: 24px; }
  nav { padding-left: 14px; padding-right: 14px; }
  h1 { font-size: 27px; }
  .outcome { font-size: 15.5px; }
  .grid, .grid.thirds, .pair { grid-template-columns: minmax(0, 1fr); }
  .step, #results .figure, #graph > .scroll, .timeline { padding: 14px; border-radius: 10px; }
  .who { flex-basis: 104px; font-size: 12px; white-space: normal; overflow-wrap: anywhere; }
  th, td { padding-right: 14px; }
  .took { flex-basis: 62px; font-size: 11.5px; }
  .timeline li, .axis { gap: 8px; }
  .axis .minor { visibility: hidden; }
  .plot { font-size: 12.5px; }
  .sides { min-width: 0; }
  .sides, .sides tbody, .sides tr, .sides td, .sides tbody th { display: block; width: auto; padding: 0; border: 0; }
  .sides thead { display: none; }
  .sides tr { padding: 14px 0; border-bottom: 1px solid var(--line); }
  .sides tr:last-child { border-bottom: 0; padding-bottom: 4px; }
  .sides td { margin-top: 10px; padding-left: 78px; position: relative; min-height: 1.5em; }
  .sides td::before { content: attr(data-label); position: absolute; left: 0; top: 2px; width: 72px; font-size: 12.5px; font-weight: 600; color: var(--ink-2); overflow: hidden; text-overflow: ellipsis; }
}
@media print {
  nav { display: none; }
  .step, .figure { break-inside: avoid; }
  details:not([open]) > :not(summary) { display: block; }
}
`;
