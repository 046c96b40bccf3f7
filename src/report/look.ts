/** The look that the console and the printed report share: one style sheet, light and dark, for screens and paper. */

export const styleSheet = `
:root { color-scheme: light dark; --paper: #fbfbf9; --card: #ffffff; --ink: #1d2330; --soft: #5b6475; --line: #e3e4e6; --accent: #3b4cb8;
  --bad: #b3261e; --bad-soft: #fbeae8; --warn: #8a5a00; --warn-soft: #fbf1dd; --good: #226b45; --good-soft: #e6f2ea;
  --sleep: #4f5fc4; --s3: #3a469b; --hibernate: #2c3676; --off: #7c8496; --screen-off: #a9aed6; --on: #e9cf86; --unknown: #d8d9dc;
  --present: #4d9a6a; --remote: #2f8a94; --locked: #c9a24a; --absent: #c3c8d4; --bar: #8c95a8; --bar-open: #c4443b; }
@media (prefers-color-scheme: dark) { :root { --paper: #12151d; --card: #191d27; --ink: #e4e7ee; --soft: #9aa3b5; --line: #2b303d; --accent: #9aa8ff;
  --bad: #ff9c92; --bad-soft: #3a1d1c; --warn: #f0c274; --warn-soft: #362a14; --good: #8fd3ab; --good-soft: #16301f;
  --sleep: #7684e8; --s3: #5f6dd0; --hibernate: #4b58b0; --off: #5d6577; --screen-off: #565c8f; --on: #a48a3e; --unknown: #3a3f4b;
  --present: #4d9a6a; --remote: #3b98a3; --locked: #b08d3d; --absent: #474d5c; --bar: #79839a; --bar-open: #f0776d; } }
* { box-sizing: border-box; }
html { font: 15px/1.5 system-ui, 'Noto Sans', 'Noto Sans CJK JP', sans-serif; background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0; }
a { color: var(--accent); text-decoration: none; } a:hover, p a, footer a, dd a { text-decoration: underline; text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
main, .bar-inner, footer { max-width: 86rem; margin: 0 auto; padding: 0 1.5rem; }
main { padding-top: 1.5rem; padding-bottom: 3rem; }
h1 { font-size: 1.45rem; line-height: 1.25; font-weight: 650; margin: 0 0 .25rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.02rem; font-weight: 650; margin: 2.25rem 0 .6rem; }
p { margin: .3rem 0; max-width: 48rem; }
.soft { color: var(--soft); } .small { font-size: .87rem; }
code, .mono { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: .9em; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 550; font-size: .8rem; color: var(--soft); white-space: nowrap; }
th, td { padding: .5rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th.number { text-align: right; }
tbody tr:last-child td, tfoot td { border-bottom: 0; } tfoot td { border-top: 1px solid var(--line); font-weight: 600; }
td { overflow-wrap: anywhere; min-width: 4rem; } td.name { min-width: 12rem; } td.text { min-width: 14rem; max-width: 40rem; } td.nowrap { white-space: nowrap; overflow-wrap: normal; }
tbody tr:hover { background: color-mix(in srgb, var(--accent) 5%, transparent); }
.badge { display: inline-block; min-width: 2.2em; padding: .05rem .45rem; border-radius: 99px; text-align: center; font-size: .82rem; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; background: var(--line); }
.badge.bad { background: var(--bad-soft); color: var(--bad); } .badge.warn { background: var(--warn-soft); color: var(--warn); } .badge.good { background: var(--good-soft); color: var(--good); }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .35rem 1.25rem; margin: .75rem 0; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.list { list-style: none; padding: 0; margin: .4rem 0; } .list li { padding: .15rem 0 .15rem 1.5rem; position: relative; overflow-wrap: anywhere; max-width: 60rem; }
.list li::before { content: '●'; position: absolute; left: .2rem; font-size: .7rem; line-height: 2.15; color: var(--soft); }
.list li.good::before { color: var(--good); } .list li.bad::before { color: var(--bad); } .list li.warn::before { color: var(--warn); }
.empty { background: var(--card); border: 1px dashed var(--line); border-radius: 8px; padding: 1.25rem 1.5rem; color: var(--soft); overflow-wrap: anywhere; }
.fill-sleep, .fill-modern-sleep { fill: var(--sleep); background: var(--sleep); } .fill-s3 { fill: var(--s3); background: var(--s3); } .fill-hibernate { fill: var(--hibernate); background: var(--hibernate); }
.fill-off { fill: var(--off); background: var(--off); } .fill-screen-off { fill: var(--screen-off); background: var(--screen-off); } .fill-on { fill: var(--on); background: var(--on); }
.fill-unknown { fill: var(--unknown); background: var(--unknown); } .fill-present { fill: var(--present); background: var(--present); } .fill-remote { fill: var(--remote); background: var(--remote); }
.fill-locked { fill: var(--locked); background: var(--locked); } .fill-absent { fill: var(--absent); background: var(--absent); } .fill-bar { fill: var(--bar); background: var(--bar); } .fill-open { fill: var(--bar-open); background: var(--bar-open); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; font-size: .84rem; color: var(--soft); margin: .5rem 0; padding: 0; list-style: none; }
.legend span { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em; vertical-align: -.05em; }
@media print { :root { color-scheme: light; } html { font-size: 10pt; background: #fff; } .bar, footer, .no-print { display: none; } main { max-width: none; padding: 0; }
  .scroll { overflow: visible; border: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } a { color: inherit; } td { padding: .25rem .5rem; } }
`;

/** Only pages of the console have these. */
export const consoleStyleSheet = `
.bar { border-bottom: 1px solid var(--line); background: var(--card); }
.bar-inner { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1.5rem; padding-top: .6rem; padding-bottom: .6rem; }
.brand { font-weight: 700; font-size: 1.05rem; color: var(--ink); white-space: nowrap; } .brand:hover { text-decoration: none; }
nav ul { display: flex; flex-wrap: wrap; list-style: none; margin: 0; padding: 0; gap: .1rem .2rem; }
nav a { display: inline-block; padding: .25rem .6rem; border-radius: 6px; color: var(--soft); } nav a[aria-current] { color: var(--ink); background: color-mix(in srgb, var(--accent) 12%, transparent); font-weight: 550; }
.tools { margin-left: auto; display: flex; gap: .75rem; align-items: center; }
button, input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid color-mix(in srgb, var(--soft) 45%, transparent); border-radius: 6px; padding: .25rem .55rem; min-width: 0; max-width: 100%; }
button { cursor: pointer; } button:hover { border-color: var(--accent); }
.range { display: flex; flex-wrap: wrap; align-items: end; gap: .5rem .8rem; margin: 0 0 1.25rem; padding: .7rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; font-size: .87rem; }
.range label { display: grid; gap: .1rem; color: var(--soft); min-width: 0; } .range label > * { color: var(--ink); } .range input { width: 12.5rem; font-variant-numeric: tabular-nums; }
.range .links { display: flex; flex-wrap: wrap; gap: .2rem .9rem; padding: .25rem 0; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
.share { display: inline-block; width: 5rem; height: .5rem; border-radius: 3px; overflow: hidden; background: var(--good-soft); vertical-align: .1em; } .share svg { display: block; width: 100%; height: 100%; }
.days { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem .9rem; align-items: center; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.days .day { white-space: nowrap; font-variant-numeric: tabular-nums; font-size: .87rem; } .days svg { display: block; width: 100%; height: 2.4rem; } .days .hours { display: flex; justify-content: space-between; font-size: .75rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.plot { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .4rem .2rem; min-height: 18rem; overflow: hidden; }
.pages { display: flex; gap: 1.5rem; margin: .8rem 0; }
footer { padding-top: 1rem; padding-bottom: 2rem; color: var(--soft); font-size: .84rem; border-top: 1px solid var(--line); }
[popover] { color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.2rem 1.5rem; box-shadow: 0 12px 40px rgb(0 0 0 / .25); max-width: min(30rem, 92vw); } [popover]::backdrop { background: rgb(0 0 0 / .25); }
kbd { display: inline-block; min-width: 1.7em; text-align: center; padding: 0 .35em; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; font: inherit; font-size: .85em; }
.uplot, .uplot *, .uplot *::before, .uplot *::after { box-sizing: border-box; } .u-legend { font-size: .82rem; } .u-legend th, .u-legend td { border: 0; padding: .1rem .3rem; } .u-legend tr:hover { background: none; }
@media (max-width: 40rem) { main, .bar-inner, footer { padding-left: 1rem; padding-right: 1rem; } .tools { margin-left: 0; } .range input { width: 100%; } .range label { flex: 1 1 9rem; } .days { padding: .6rem .6rem; gap: .3rem .5rem; }
  td.text { min-width: 20rem; } td.name { min-width: 13rem; } .facts { grid-template-columns: minmax(0, 1fr); gap: 0; } .facts dd { margin-bottom: .5rem; } th, td { padding: .45rem .6rem; } }
`;
