import { html } from '../../../../shared/text/html.ts';
import type { Answer } from '../answer.ts';
import { documentAnswer } from './document.ts';

/** Asks for the token. It goes into the body of a POST, so no log of addresses has it. */
export function loginPage(wasWrong: boolean): Answer {
  const content = html`<h2>Token needed</h2>
${wasWrong ? html`<p class="banner">That is not the token.</p>` : null}
<form method="post" action="/login"><label for="token">Token of this server</label>
<input id="token" name="token" type="password" autocomplete="current-password" required>
<button>Continue</button></form>
<p class="quiet">It is in TIDEMARK_SERVE_TOKEN, or in the file of --token-file, where tidemark serve runs.</p>`;
  const answer = documentAnswer(401, { title: 'Tidemark', header: html``, content, every: null });
  return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': 'Bearer realm="tidemark"' } };
}
