/**
 * The page's script: it replaces the content at each audit, and makes the list of times a slider. Without it the page is
 * complete, and reloads by itself. It never builds HTML of data: the server has escaped everything.
 */
export const SCRIPT = `
'use strict';
const status = document.getElementById('status');
const every = Number(document.body.dataset.every) * 1000;
const isBusy = () => document.hidden || document.getSelection()?.isCollapsed === false
  || document.activeElement?.matches('input,select') === true;
async function refresh() {
  if (isBusy()) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (answer.status === 401) return location.reload();
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const open = new Set([...document.querySelectorAll('details[id]')].map((one) => one.id + one.open));
    for (const one of next.querySelectorAll('details[id]')) {
      if (open.has(one.id + 'true')) one.open = true;
      if (open.has(one.id + 'false')) one.open = false;
    }
    const fresh = next.getElementById('content');
    if (fresh === null) throw new Error();
    document.getElementById('content').replaceWith(fresh);
    slide();
    document.title = next.title;
    status.textContent = '';
  } catch {
    status.textContent = 'tidemark serve does not answer: this page is old';
  }
}
if (every > 0) setInterval(refresh, every);
function slide() {
  const select = document.getElementById('times');
  if (select === null || select.options.length < 3) return;
  const slider = document.getElementById('slider');
  const said = document.getElementById('said');
  const last = select.options.length - 1;
  const shown = (value) => select.options[last - value];
  slider.max = String(last);
  slider.value = String(last - Math.max(0, select.selectedIndex));
  const say = () => {
    slider.setAttribute('aria-valuetext', shown(slider.value).text);
    said.textContent = shown(slider.value).text;
  };
  slider.addEventListener('input', say);
  slider.addEventListener('change', () => {
    select.value = shown(slider.value).value;
    select.form.requestSubmit();
  });
  say();
  for (const one of [select, document.getElementById('show')]) one.hidden = true;
  for (const one of [slider, said]) one.hidden = false;
}
slide();`;
