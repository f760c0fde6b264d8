import { expect, test } from '@jest/globals';
import { runbookPage } from '../../../../cli/verbs/serve/page/runbook-page.ts';
import { runbookText } from '../../../../cli/verbs/serve/runbook-text.ts';
import { FINDINGS } from '../../../../shared/contract/finding-codes.ts';

test('the runbook is there, and every finding has its section', () => {
  const { status, body } = runbookPage(runbookText());
  expect(status).toBe(200);
  for (const { section } of Object.values(FINDINGS)) expect(body).toContain(`<h2 id="${section}">`);
  expect(body).toContain('<strong>Description.</strong>');
  expect(body).toContain('<a href="#mirror-stopped">mirror-stopped</a>');
  expect(body).not.toMatch(/\*\*|\]\(|^\|/m);
});

test('without the file it says so', () => {
  expect(runbookPage(null)).toMatchObject({ status: 404 });
});
