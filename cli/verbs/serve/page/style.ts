/** The page's style sheet. System fonts and no images: nothing is loaded. */
export const STYLE = `
:root{color-scheme:light dark;--back:#fff;--card:#f6f7f9;--text:#1b1f24;--quiet:#56606b;--edge:#d3d9e0;--link:#0b57c2;
--good:#126b30;--warn:#8a4b00;--bad:#b3141b;--unknown:#4b5563;--mark:#7a3fc0}
@media(prefers-color-scheme:dark){:root{--back:#12161c;--card:#1b2129;--text:#e8ebef;--quiet:#a5b0bd;--edge:#39434f;--link:#86b7ff;
--good:#6fd08c;--warn:#f2b25c;--bad:#ff8d88;--unknown:#b6c0cc;--mark:#c9a3ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
header,main{max-width:70rem;margin:0 auto;padding:.75rem 1rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;border-bottom:1px solid var(--edge)}
h1{font-size:1.1rem;margin:0}h2{font-size:1.25rem;margin:0}h3{font-size:1rem;margin:0 0 .4rem}
section{margin:1.5rem 0}p{margin:.3rem 0}a{color:var(--link)}
.quiet{color:var(--quiet);font-size:.875rem;font-weight:400}
.name,th[scope=row],caption{white-space:pre-wrap}
.banner{border:2px solid var(--bad);border-radius:.5rem;padding:.5rem .75rem;margin:.75rem 0}
.banner.past{border-color:var(--mark)}
.flows{list-style:none;margin:0;padding:0;display:grid;gap:.75rem}
.flow{background:var(--card);border:1px solid var(--edge);border-left:.5rem solid var(--unknown);border-radius:.5rem;padding:.75rem}
.flow.ready{border-left-color:var(--good)}.flow.at-risk{border-left-color:var(--warn)}.flow.not-ready{border-left-color:var(--bad)}
.flow .head{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline}
.verdict{font-weight:700;font-size:1.25rem;white-space:nowrap;color:var(--unknown)}
.ready .verdict{color:var(--good)}.at-risk .verdict{color:var(--warn)}.not-ready .verdict{color:var(--bad)}
.loss{font-size:1.05rem}
figure{margin:.4rem 0 0}figcaption{font-size:.875rem;color:var(--quiet)}
svg{display:block;width:100%;height:2.5rem;border-bottom:1px solid var(--edge)}svg.tall{height:5rem}
.line{fill:none;stroke:var(--link);stroke-width:2;vector-effect:non-scaling-stroke}
.mark{stroke:var(--mark);stroke-width:2;vector-effect:non-scaling-stroke}
.findings{list-style:none;margin:0;padding:0}
.finding{border-left:.25rem solid var(--edge);padding:.1rem .6rem;margin:.5rem 0}
.finding.critical{border-color:var(--bad)}.finding.warning{border-color:var(--warn)}
.severity{text-transform:uppercase;font-size:.8rem;font-weight:700;color:var(--quiet)}
.critical .severity,.bad{color:var(--bad)}.warning .severity{color:var(--warn)}.bad{font-weight:700}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left}
td,thead th{overflow-wrap:normal}td:not(.words),thead th{white-space:nowrap}th .quiet{display:block}td.words{min-width:7rem}
th,td{padding:.3rem .5rem;border-bottom:1px solid var(--edge);text-align:right;vertical-align:top}
thead th{color:var(--quiet);font-size:.875rem;font-weight:600}
th:first-child,.words{text-align:left}th[scope=row]{font-weight:600}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.5rem 0}
input,select,button{font:inherit;color:inherit;background:var(--back);border:1px solid var(--quiet);border-radius:.375rem;padding:.35rem .6rem;max-width:100%}
input[type=range]{flex:1 1 12rem;padding:0;min-height:1.75rem;accent-color:var(--link)}
button{cursor:pointer}summary{cursor:pointer;padding:.25rem 0}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
pre{overflow-x:auto;background:var(--card);padding:.5rem;border-radius:.375rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[hidden]{display:none}
@media(max-width:44rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,th,td,caption{display:block;text-align:left}
tr{border-bottom:1px solid var(--edge);padding:.4rem 0}
th,td{border:0;padding:.05rem 0}
td{display:flex;justify-content:space-between;gap:1rem;text-align:right;min-width:0;overflow-wrap:anywhere}
td::before{content:attr(data-label);color:var(--quiet);text-align:left}
}`;
