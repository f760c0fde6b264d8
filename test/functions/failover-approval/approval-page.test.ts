import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ApprovalPageHandler, createHandler } from '../../../functions/failover-approval/create-handler.ts';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { createDynamoDbApprovalStore } from '../../../shared/adapters/dynamodb/dynamodb-approval-store.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { questionOf, signedLink } from '../../../shared/failover/approval-link.ts';
import type { ApprovalStore } from '../../../shared/failover/approval-store.ts';
import { askApproval } from '../../../shared/failover/ask-approval.ts';
import { takeFlow } from '../../../shared/failover/run-in-parts.ts';
import { askedActions } from '../../infra/asked-actions.ts';
import { begin, HOUR, type TestRun } from '../../shared/failover/begin-run.ts';
import { FakeWorld } from '../../shared/failover/failover-world.ts';
import { lambdaContext } from '../audit/invocation.ts';
import { formOf, functionUrlEvent, type UrlRequest } from './function-url-event.ts';
import { macWith } from './mac-with.ts';

const TOKEN = 'token-of-the-state-machine';
const mac = macWith('a key');
const CHANGED = 'the answer of a person';

let local: DynamoDbLocal;
let client: DynamoDBClient;
let asked: ReadonlySet<string>;
beforeAll(async () => {
  local = await DynamoDbLocal.start();
  client = local.client();
  asked = askedActions(client);
});
afterAll(async () => {
  client?.destroy();
  await local?.stop();
});

let tables = 0;
let fake: FakeWorld;
let run: TestRun;
let approvals: ApprovalStore;
let link: string;
let answers: object[];
let lines: string[];
let handler: ApprovalPageHandler;
/** Called instead of Step Functions. */
let sending: () => Promise<void>;

async function waiting(): Promise<void> {
  run = await begin(fake);
  await takeFlow(run.store, { flow: 'A->B', run: run.id, holder: 'x', at: fake.now, override: false });
  link = await ask(TOKEN);
}

async function ask(token: string): Promise<string> {
  const clock = { now: () => fake.now };
  const { expiresAt } = await askApproval(
    { runs: run.store, approvals, clock },
    { run: run.id, hash: run.hash, token },
  );
  return await signedLink({ run: run.id, hash: run.hash, question: questionOf(token), expiresAt }, mac);
}

function handlerWith(): ApprovalPageHandler {
  const logger = new Logger({ logLevel: 'DEBUG' });
  const keep = (line: unknown) => void lines.push(String(line));
  Object.assign(logger, { console: { debug: keep, info: keep, warn: keep, error: keep, log: keep, trace: keep } });
  return createHandler({
    logger,
    clock: { now: () => fake.now },
    runs: run.store,
    approvals,
    mac,
    target: {
      approve: async (token, answer) => {
        await sending();
        answers.push({ token, ...answer });
      },
      reject: async (token, answer) => {
        await sending();
        answers.push({ token, ...answer });
      },
    },
  });
}

beforeEach(async () => {
  const table = `tidemark-link-${tables++}`;
  await local.createHistoryTable(table);
  approvals = createDynamoDbApprovalStore(client, table);
  fake = new FakeWorld();
  answers = [];
  lines = [];
  sending = async () => undefined;
  await waiting();
  handler = handlerWith();
});

const request = (one: UrlRequest) => handler(functionUrlEvent(one), lambdaContext(30_000));
const look = (at = link) => request({ query: `link=${at}` });
const send = (form: Record<string, string>, more: UrlRequest = {}) =>
  request({ method: 'POST', form, headers: { 'sec-fetch-site': 'same-origin' }, ...more });
const approving = async () => formOf((await look()).body, 'approve', { by: 'bert', typed: run.hash.slice(0, 8) });

describe('the page of a link', () => {
  test('says what would be done, of what, until when, and by which hash', async () => {
    const { statusCode, body } = await look();
    expect(statusCode).toBe(200);
    const { record } = await run.stored();
    for (const said of ['A-&gt;B', 'planned failover', run.id, run.hash, 'billing', 'orders', 'restore-groups']) {
      expect(body).toContain(said);
    }
    for (const action of record.subject.steps.flatMap(({ actions }) => actions)) {
      expect(body).toContain(action.replaceAll('&', '&amp;').replaceAll('>', '&gt;').replaceAll("'", '&#39;'));
    }
    expect(body).toContain('records were not on the target');
    expect(body).toContain(new Date(record.expiresAt).toISOString());
  });

  test('says which gates were accepted', async () => {
    fake.sourceDown = false;
    run = await begin(fake, 'unplanned', ['SOURCE_ALIVE', 'POSITIONS_OLD', 'LOSS_OVER_OBJECTIVE', 'LOSS_UNKNOWN']);
    await takeFlow(run.store, { flow: 'A->B', run: run.id, holder: 'x', at: fake.now, override: true });
    handler = handlerWith();
    expect((await look(await ask(TOKEN))).body).toContain(
      'accepted, although it speaks against it: SOURCE_ALIVE, the source answered',
    );
  });

  test('is kept nowhere, is passed on to nobody, and runs nothing', async () => {
    for (const { headers } of [await look(), await look('x'), await send({}), await request({ method: 'PUT' })]) {
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'x-robots-tag': 'noindex, nofollow',
      });
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']{44}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
    }
    expect((await look()).body).not.toMatch(/<script|javascript:|\son\w+=|https?:/i);
  });

  test('names of topics, groups and people are text in it, whatever is in them', async () => {
    const hostile = '"><script>alert(1)</script><input name=typed value=x>';
    fake.groups = [hostile, 'right\u202Eleft'];
    fake.topic = "orders'><img src=x onerror=alert(1)>";
    await waiting();
    handler = handlerWith();
    const { body } = await look();
    expect(body).not.toMatch(/<script|<img|<input name=typed/);
    expect(body).toContain('&lt;script&gt;');
    expect(body).toContain('&lt;U+202E&gt;');
    const again = await send({ ...(await approving()), typed: 'wrong', by: hostile });
    expect(again.statusCode).toBe(422);
    expect(again.body).not.toMatch(/<script|<input name=typed/);
    const done = await send({ ...(await approving()), by: hostile.slice(0, 90) });
    expect(done.statusCode).toBe(200);
    expect((await look()).body).not.toMatch(/<script|<input name=typed/);
  });

  test('a list of many groups is cut, and says where the rest is', async () => {
    fake.groups = Array.from({ length: 20_000 }, (_, index) => `group-${index}`);
    await waiting();
    handler = handlerWith();
    const { body } = await look();
    expect(body.length).toBeLessThan(100_000);
    expect(body).toContain(`and 19500 more: tidemark failover status ${run.id}`);
    expect(body).toContain(`… (all of it: tidemark failover status ${run.id})`);
  });
});

describe('what opens links before people do', () => {
  test.each(['GET', 'HEAD'])('%s changes nothing, how often it comes', async (method) => {
    const before = await approvals.asked(run.id, fake.now);
    for (let times = 0; times < 3; times++) {
      const { statusCode, body } = await request({ method, query: `link=${link}` });
      expect([statusCode, body === '']).toEqual([200, method === 'HEAD']);
    }
    expect(answers).toEqual([]);
    expect(await approvals.asked(run.id, fake.now)).toEqual(before);
    expect((await run.stored()).entries).toHaveLength(1);
  });

  test('a form in the address of a GET answers nothing', async () => {
    const query = String(new URLSearchParams(await approving()));
    expect((await request({ query })).statusCode).toBe(200);
    expect((await request({ method: 'HEAD', query })).statusCode).toBe(200);
    expect(answers).toEqual([]);
  });

  test('a title that previews show has no name in it', async () => {
    expect(/<title>(.*)<\/title>/.exec((await look()).body)?.[1]).toBe('Tidemark: an approval');
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
    const form = await approving();
    const answer = await send(form, { method });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    expect(answers).toEqual([]);
  });

  test('another path has nothing', async () => {
    expect((await request({ path: '/favicon.ico', query: `link=${link}` })).statusCode).toBe(404);
    expect((await send(await approving(), { path: '/x' })).statusCode).toBe(404);
    expect(answers).toEqual([]);
  });
});

describe('a form of the page', () => {
  test('approves exactly what was assessed, with the name and the address', async () => {
    const { statusCode, body } = await send(await approving());
    expect([statusCode, body]).toEqual([200, expect.stringContaining('<h1>Approved</h1>')]);
    expect(answers).toEqual([{ token: TOKEN, hash: run.hash, by: 'bert (by the link, from 192.0.2.7)' }]);
  });

  test('rejects with a reason', async () => {
    const form = formOf((await look()).body, 'reject', { by: 'bert', reason: 'not today' });
    expect((await send(form)).body).toContain('<h1>Rejected</h1>');
    expect(answers).toEqual([{ token: TOKEN, reason: 'not today', by: 'bert (by the link, from 192.0.2.7)' }]);
  });

  test('that is sent twice, or after another answer, does nothing and says who answered', async () => {
    const form = await approving();
    const rejecting = formOf((await look()).body, 'reject', { by: 'eve', reason: 'no' });
    await send(form);
    for (const again of [form, rejecting]) {
      const answer = await send(again);
      expect([answer.statusCode, answer.body]).toEqual([410, expect.stringContaining('bert (by the link')]);
    }
    expect((await look()).statusCode).toBe(410);
    expect(answers).toHaveLength(1);
  });

  test('that is sent twice at once is taken once: Step Functions takes one answer for a token', async () => {
    let isUsed = false;
    sending = async () => {
      if (isUsed) throw new TidemarkError('APPROVAL_NOT_AWAITED', 'the state machine no longer waits');
      isUsed = true;
    };
    const form = await approving();
    const both = await Promise.all([send(form), send(form)]);
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    expect(answers).toHaveLength(1);
  });

  test.each([
    ['without the hash', { typed: '' }],
    ['with another hash', { typed: '00000000' }],
    ['with a part of the hash', { typed: 'SHORT' }],
    ['without a name', { by: '  ' }],
    ['with a name that is too long', { by: 'b'.repeat(101) }],
    ['with another answer', { answer: 'approve-all' }],
  ])('%s does nothing, and shows the page again', async (_, wrong: Record<string, string>) => {
    const typed = wrong.typed === 'SHORT' ? { typed: run.hash.slice(0, 7) } : wrong;
    const answer = await send({ ...(await approving()), ...typed });
    expect([answer.statusCode, answer.body]).toEqual([422, expect.stringContaining('Nothing was done.')]);
    expect(answers).toEqual([]);
    expect((await send(formOf(answer.body, 'approve', { by: 'bert', typed: run.hash }))).statusCode).toBe(200);
  });

  test('without the nonce of the page, with one of another link, or an old one does nothing', async () => {
    const form = await approving();
    const [at = '', signature = ''] = form.nonce?.split('.') ?? [];
    const other = await ask('another token');
    const foreign = formOf((await look(other)).body, 'approve', {}).nonce ?? '';
    link = await ask(TOKEN);
    const tampered = [`${Number(at) + 1}.${signature}`, `${at}.${'A'.repeat(43)}`, '', foreign, link];
    for (const nonce of tampered) expect((await send({ ...form, link, nonce })).statusCode).toBe(409);
    fake.now += 15 * 60_000;
    expect((await send({ ...form, link })).statusCode).toBe(409);
    expect(answers).toEqual([]);
  });

  test.each(['cross-site', 'same-site', 'none'])('of another page does nothing: %s', async (site) => {
    const answer = await send(await approving(), { headers: { 'sec-fetch-site': site } });
    expect(answer.statusCode).toBe(403);
    expect(answers).toEqual([]);
  });

  test('that is no form does nothing', async () => {
    const form = await approving();
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      expect((await send(form, { headers: { 'content-type': type } })).statusCode).toBe(404);
    }
    expect((await send({ ...form, by: 'x'.repeat(10_000) })).statusCode).toBe(404);
    expect(answers).toEqual([]);
  });

  test('which Step Functions does not take says so, and the link remains', async () => {
    sending = async () => {
      throw new TidemarkError('APPROVAL_NOT_SENT', 'Step Functions did not take the answer', { retriable: true });
    };
    expect((await send(await approving())).statusCode).toBe(503);
    sending = async () => undefined;
    expect((await send(await approving())).statusCode).toBe(200);
  });
});

describe('a link that can do nothing', () => {
  const each = async (how: () => Promise<string>, status: number, says: string) => {
    const form = await approving();
    const other = await how();
    const shown = await look(other);
    expect([shown.statusCode, shown.body]).toEqual([status, expect.stringContaining(says)]);
    expect(shown.body).not.toContain('<form');
    const sent = await send({ ...form, link: other });
    expect([sent.statusCode, sent.body]).toEqual([status, expect.stringContaining(says)]);
    expect(answers).toEqual([]);
  };
  const parts = () => link.split('.');

  test.each([0, 1, 2, 3, 4])('part %s was changed', async (index) => {
    await each(
      async () => {
        const changed = parts();
        const part = changed[index] ?? '';
        const last = part.endsWith('1') ? '2' : '1';
        changed[index] = `${part.slice(0, -1)}${last}`;
        return changed.join('.');
      },
      404,
      'This link is not known',
    );
  });

  test.each(['', 'x', '....', 'a'.repeat(5_000), '../../etc/passwd', '\u0000'])('is none: %j', async (text) => {
    await each(async () => encodeURIComponent(text), 404, 'This link is not known');
  });

  test('was signed with another key', async () => {
    const claims = { run: run.id, hash: run.hash, question: questionOf(TOKEN), expiresAt: fake.now + HOUR };
    await each(() => signedLink(claims, macWith('another key')), 404, 'This link is not known');
  });

  test('has the signature of a page', async () => {
    await each(
      async () => {
        const { nonce = '' } = formOf((await look()).body, 'approve', {});
        return [...parts().slice(0, 4), nonce.split('.')[1]].join('.');
      },
      404,
      'This link is not known',
    );
  });

  test('has expired', async () => {
    await each(
      async () => {
        fake.now += HOUR;
        return link;
      },
      410,
      'This link has expired',
    );
  });

  test('is of an earlier question for the same run', async () => {
    await each(
      async () => {
        await ask('token of the next execution');
        return link;
      },
      410,
      'This link was replaced',
    );
  });

  test('is of a run from which another one took the flow', async () => {
    await each(
      async () => {
        const next = { flow: 'A->B', run: 'next', holder: 'y', at: fake.now, override: true };
        await takeFlow(run.store, next);
        return link;
      },
      410,
      'This link was replaced',
    );
  });

  test('is of a run that was approved and carried out in another way', async () => {
    await each(
      async () => {
        await run.store.release((await run.store.lockOf('A->B')) ?? ({} as never), true);
        await run.run();
        return link;
      },
      410,
      'Nobody waits for this any more',
    );
  });
});

describe('its function', () => {
  test('needs of DynamoDB what the stack allows', async () => {
    await send(await approving());
    expect([...asked].sort()).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem']);
  });

  test('logs who answered what, and no link, no nonce and no token', async () => {
    const form = await approving();
    await send(form);
    await send(form);
    await request({ method: 'GET', query: `link=${link}&x=${CHANGED}` });
    const log = lines.join('\n');
    expect(log).toContain('bert (by the link, from 192.0.2.7)');
    for (const secret of [link, link.split('.')[4] ?? '?', form.nonce ?? '?', TOKEN, CHANGED]) {
      expect(log).not.toContain(secret);
    }
  });

  test('answers a failure with a page that says nothing of it', async () => {
    const form = await approving();
    approvals.asked = async () => {
      throw new TidemarkError('HISTORY_STORE_DENIED', 'secret-table-name is closed');
    };
    for (const answer of [await look(), await send(form)]) {
      expect([answer.statusCode, answer.headers['cache-control']]).toEqual([503, 'no-store']);
      expect(answer.body).not.toContain('secret-table-name');
    }
    expect(lines.join()).toContain('HISTORY_STORE_DENIED');
  });

  test('answers what is no request with a page', async () => {
    expect((await handler({ action: 'approve', runId: run.id }, lambdaContext(30_000))).statusCode).toBe(400);
  });
});
