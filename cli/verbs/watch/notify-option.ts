import { SYSTEM_CLOCK } from '../../../shared/adapters/system/system-clock.ts';
import type { FindingPublisher } from '../../../shared/ports.ts';
import { type ConfigOptions, configFileOf } from '../../options/config-options.ts';
import type { HistoryOptions } from '../../options/history-options.ts';
import { UsageError } from '../../output/usage-error.ts';

/** Incoming webhooks of Slack take another form than all others. */
const SLACK = 'hooks.slack.com';

/**
 * Sends pages to a webhook: in Slack's form if it is one of Slack, else with the event as JSON.
 * @throws UsageError that does not show the URL
 */
export async function pagesTo(url: string, options: ConfigOptions & HistoryOptions): Promise<FindingPublisher> {
  const target = URL.parse(url);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    throw new UsageError('--notify is no URL of a webhook', 'write https://…, or set TIDEMARK_NOTIFY');
  }
  const [{ createPagePublisher }, { createSlackTarget, createWebhookTarget }, { Secret }] = await Promise.all([
    import('../../../shared/notify/page-publisher.ts'),
    import('../../../shared/adapters/webhook/webhook-targets.ts'),
    import('../../../shared/config/connection/secret.ts'),
  ]);
  const secret = async () => new Secret(url);
  const receiver = target.hostname === SLACK ? createSlackTarget(secret) : createWebhookTarget(secret, null);
  const config = options.mm2 === undefined ? ['--config', configFileOf(options)] : ['--mm2', options.mm2];
  const history = options.history === undefined ? [] : ['--history', options.history];
  return createPagePublisher({
    links: { runbook: 'docs/runbook.md', options: [...config, ...history], deployment: null },
    least: 'critical',
    targets: [receiver],
    clock: SYSTEM_CLOCK,
  });
}
