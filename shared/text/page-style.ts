/** The style of a page that is a file of its own: light, dark and on paper, from 320 px on. Nothing is loaded. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--back:#fff;--card:#f6f7f9;--text:#1b1f24;--quiet:#56606b;--edge:#d3d9e0;--line:#0b57c2;
--good:#126b30;--warn:#8a4b00;--bad:#b3141b;--none:#8b95a1}
@media(prefers-color-scheme:dark){:root{--back:#12161c;--card:#1b2129;--text:#e8ebef;--quiet:#a5b0bd;--edge:#39434f;--line:#86b7ff;
--good:#6fd08c;--warn:#f2b25c;--bad:#ff8d88;--none:#6b7683}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1rem;background:var(--back);color:var(--text);font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.25rem;margin:2rem 0 .5rem;border-top:1px solid var(--edge);padding-top:1rem}h3{font-size:1rem;margin:1.25rem 0 .35rem}
p{margin:.3rem 0}.quiet,figcaption{color:var(--quiet);font-size:.875rem}
.name{white-space:pre-wrap}
.word{font-weight:700}.word.good{color:var(--good)}.word.warn{color:var(--warn)}.word.bad{color:var(--bad)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left}
th,td{padding:.3rem .5rem;border-bottom:1px solid var(--edge);text-align:left;vertical-align:top}
thead th{color:var(--quiet);font-size:.875rem;font-weight:600}
.number{text-align:right}
td:not(.name),thead th{overflow-wrap:normal}th.name,td.name{min-width:8rem}
.wide{overflow-x:auto}
@media print{body{max-width:none}tr,figure{break-inside:avoid}}
`;
