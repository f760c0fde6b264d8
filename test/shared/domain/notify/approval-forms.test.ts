import { beforeAll, describe, expect, test } from '@jest/globals';
import { approvalNotice } from '../../../../shared/domain/failover/make-notice.ts';
import type { RunRecord } from '../../../../shared/domain/failover/run-record.ts';
import { mailApproval, slackApproval, webhookApproval } from '../../../../shared/domain/notify/approval-forms.ts';
import type { ApprovalNotice } from '../../../../shared/domain/notify/approval-notice.ts';
import { begin } from '../../failover/begin-run.ts';
import { FakeWorld } from '../../failover/failover-world.ts';

const LINK = 'https://page.example/?link=x.y.z';
const HOSTILE = '<!channel> <https://evil.example|a>\n*b*\r\n\u202Egnp\u001b[2J';

let record: RunRecord;
beforeAll(async () => {
  ({ record } = await (await begin(new FakeWorld(), 'unplanned', ['SOURCE_ALIVE'])).stored());
});

const noticeOf = (of: RunRecord, link: string | null = LINK): ApprovalNotice =>
  approvalNotice(of, { link, deployment: 'prod', options: ['--history', 'dynamodb:t'] });

describe('what approvers are told', () => {
  test('what waits, what it would cost, what was accepted, the hash, and where all of it is', () => {
    const { title, facts, command, hash } = noticeOf(record);
    expect(title).toBe('APPROVAL NEEDED: unplanned failover of A->B [prod]');
    expect(facts.slice(0, 2)).toEqual(['assessed by anna', 'covers 1 topic and 2 consumer groups']);
    expect(facts.join('\n')).toMatch(/records were not on the target/);
    expect(facts.join('\n')).toMatch(/accepted, although it speaks against it: SOURCE_ALIVE, the source answered/);
    expect(command).toBe(`tidemark failover status ${record.run} --history dynamodb:t`);
    expect(hash).toBe(record.hash);
  });

  test('the link is a line of its own in a mail, and a link in Slack, which opens none for a preview', () => {
    const notice = noticeOf(record);
    expect(mailApproval(notice).body.split('\n')).toContain(LINK);
    expect(slackApproval(notice)).toMatchObject({ unfurl_links: false, unfurl_media: false });
    expect(JSON.stringify(slackApproval(notice))).toContain(`{"type":"link","url":"${LINK}"`);
    expect(webhookApproval(notice, 'prod')).toMatchObject({
      schema: 'tidemark.approval-notice/1',
      notice: { link: LINK },
    });
  });

  test('without a link every form says so', () => {
    const notice = noticeOf(record, null);
    for (const form of [mailApproval(notice), slackApproval(notice)]) {
      expect(JSON.stringify(form)).toContain('No link could be made');
    }
    expect(webhookApproval(notice, 'prod')).toMatchObject({ notice: { link: null } });
  });

  test('hostile names have no markup, no line and no control character', () => {
    const hostile = { ...record, assessedBy: HOSTILE, subject: { ...record.subject, flow: HOSTILE } };
    const notice = noticeOf(hostile);
    const { subject, body } = mailApproval(notice);
    expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(body.split('\n')).toHaveLength(mailApproval(noticeOf(record)).body.split('\n').length);
    expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    const slack = slackApproval(notice);
    expect(JSON.stringify(slack)).not.toContain('mrkdwn');
    expect('text' in slack && slack.text).not.toMatch(/[<>]/);
  });
});
