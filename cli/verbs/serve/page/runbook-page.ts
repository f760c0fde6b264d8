import { type Html, html, verbatim } from '../../../../shared/text/html.ts';
import type { Answer } from '../answer.ts';
import { documentAnswer } from './document.ts';

/** The runbook, so that a link beside a finding needs no network. @param text in Markdown; null if it is not there */
export function runbookPage(text: string | null): Answer {
  const content = text === null ? html`<p>docs/runbook.md is not beside this program.</p>` : html`${blocks(text)}`;
  return documentAnswer(text === null ? 404 : 200, {
    title: 'Runbook · Tidemark',
    header: html``,
    content,
    every: null,
  });
}

/** What the runbook has of Markdown: headings, code, lists, tables and paragraphs. */
function blocks(text: string): Html[] {
  return text.split(/\n{2,}/).map((block) => {
    const [, level = '', title = ''] = /^(#+) (.+)$/.exec(block) ?? [];
    if (level === '#') return html`<h2>${inline(title)}</h2>`;
    if (level !== '') return html`<h2 id="${title}">${inline(title)}</h2>`;
    if (/^ {4}/.test(block)) return html`<pre tabindex="0">${verbatim(block.replace(/^ {4}/gm, ''))}</pre>`;
    if (/^- /.test(block))
      return html`<ul>${block
        .split(/^- /m)
        .slice(1)
        .map((item) => html`<li>${inline(item)}</li>`)}</ul>`;
    if (/^\|/.test(block)) return table(block);
    return html`<p>${inline(block)}</p>`;
  });
}

function table(block: string): Html {
  const rows = block
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [head = [], , ...body] = rows;
  return html`<table><thead><tr>${head.map((cell) => html`<th scope="col">${inline(cell)}</th>`)}</tr></thead>
<tbody>${body.map((cells) => html`<tr>${cells.map((cell, index) => html`<td class="words" data-label="${head[index] ?? ''}">${inline(cell)}</td>`)}</tr>`)}</tbody></table>`;
}

/** Links lead to sections; other documents are not served, so their names stay as text. */
function inline(text: string): Html[] {
  const pieces = text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\[((?:`[^`]*`|[^\]`])+)\]\(([^)]+)\)|([^`*[]+|[`*[])/g);
  return [...pieces].map(([, code, bold, label, target, plain]) => {
    if (code !== undefined) return html`<code>${verbatim(code)}</code>`;
    if (bold !== undefined) return html`<strong>${verbatim(bold)}</strong>`;
    if (label === undefined) return verbatim(plain ?? '');
    return target?.startsWith('#') === true ? html`<a href="${target}">${inline(label)}</a>` : html`${inline(label)}`;
  });
}
