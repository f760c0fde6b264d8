import { PAGE_STYLE } from '../../../shared/text/page-style.ts';

/** The report's style sheet: what files of Tidemark have in common, and its plots. */
export const STYLE = `${PAGE_STYLE}
.word.ready,.word.kept{color:var(--good)}.word.at-risk{color:var(--warn)}.word.not-ready,.word.broken{color:var(--bad)}
figure{margin:.75rem 0}
svg{display:block;width:100%;border-bottom:1px solid var(--edge)}
.strip{height:1.75rem}.plot{height:9rem;background:var(--card)}
rect.ready,rect.kept{fill:var(--good)}rect.at-risk{fill:var(--warn)}rect.not-ready,rect.broken{fill:var(--bad)}rect.unknown{fill:var(--none)}
.line{fill:none;stroke:var(--line);stroke-width:2;vector-effect:non-scaling-stroke}
.objective{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:6 4;vector-effect:non-scaling-stroke}
.axis{display:flex;justify-content:space-between}
@media print{h2{break-before:page}h2:first-of-type{break-before:auto}}
`;
