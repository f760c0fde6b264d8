import type { Secret } from '../../config/connection/secret.ts';
import { slackApproval, webhookApproval } from '../../domain/notify/approval-forms.ts';
import { slackPage } from '../../domain/notify/slack-page.ts';
import { webhookPage } from '../../domain/notify/webhook-page.ts';
import type { ApproverTarget } from '../../failover/approver-target.ts';
import type { PageTarget } from '../../notify/page-target.ts';
import { sendToWebhook } from './webhook-sender.ts';

/** Sends pages to a channel of Slack. @param url of an incoming webhook */
export function createSlackTarget(url: () => Promise<Secret>): PageTarget {
  return { name: 'slack', send: async (page) => sendToWebhook(await url(), slackPage(page)) };
}

/** Sends pages with their events to any receiver of JSON. @param deployment null for a watch on a laptop */
export function createWebhookTarget(url: () => Promise<Secret>, deployment: string | null): PageTarget {
  return {
    name: 'webhook',
    send: async (page, event) => sendToWebhook(await url(), webhookPage(page, event, deployment)),
  };
}

/** Tells the approvers of a run in a channel of Slack. */
export function createSlackApprovers(url: () => Promise<Secret>): ApproverTarget {
  return { name: 'slack', send: async (notice) => sendToWebhook(await url(), slackApproval(notice)) };
}

export function createWebhookApprovers(url: () => Promise<Secret>, deployment: string): ApproverTarget {
  return { name: 'webhook', send: async (notice) => sendToWebhook(await url(), webhookApproval(notice, deployment)) };
}
