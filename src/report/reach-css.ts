/** The whole style of the page, for a light and a dark screen and for paper. */
export const REACH_CSS = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #5a6472; --line: #d7dce2;
  --good: #14713d; --bad: #b3261e; --warn: #8a5a00; --code: #eef1f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1d2127; --ink: #e6e9ee; --soft: #a0a9b5; --line: #353c46;
    --good: #5bc98a; --bad: #ff8a80; --warn: #e6b450; --code: #272c34;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
main { max-width: 62rem; margin: 0 auto; }
h1 { font-size: 1.45rem; line-height: 1.3; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
p, ul, ol { margin: .4rem 0; }
ul, ol { padding-left: 1.4rem; }
li { overflow-wrap: anywhere; }
small, .soft { color: var(--soft); font-size: .875rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .none { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.2rem; margin: .8rem 0; }
.path { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: 1.2rem 0; }
.path li {
  flex: 1 1 7rem; min-width: 7rem; background: var(--card); border: 1px solid var(--line);
  border-top: .25rem solid currentColor; border-radius: .4rem; padding: .5rem .6rem;
}
.path b { display: block; }
.path li > span { display: block; color: var(--soft); font-size: .8125rem; overflow-wrap: anywhere; }
.path .bad { outline: 2px solid currentColor; outline-offset: 1px; }
pre {
  background: var(--code); border-radius: .4rem; padding: .6rem .8rem; margin: .4rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
code, pre { font: .875rem/1.5 ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); }
th, td { text-align: left; padding: .4rem .8rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; vertical-align: top; }
footer { margin-top: 2rem; }
@media print { body { background: none; padding: 0; } .card, table, .path li { break-inside: avoid; } }
`;
