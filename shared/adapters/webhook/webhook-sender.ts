import type { Secret } from '../../config/connection/secret.ts';
import { TidemarkError } from '../../domain/model/errors.ts';

/** A receiver did not take a page. Never names the URL: anyone who knows the URL of a webhook can post to it. */
export class WebhookError extends TidemarkError {
  override readonly name = 'WebhookError';
}

/** How long a receiver may take to answer, in milliseconds. */
const PATIENCE_MS = 5_000;

/**
 * Sends JSON to a webhook. Redirects are not followed.
 * @throws WebhookError, retriable unless the receiver refused the request
 */
export async function sendToWebhook(url: Secret, body: object): Promise<void> {
  const target = URL.parse(url.reveal().trim());
  if (target === null || !/^https?:$/.test(target.protocol)) {
    throw new WebhookError('WEBHOOK_INVALID', 'the URL of the webhook is none', {
      remedy: 'Give a URL that begins with https://.',
    });
  }
  const response = await fetch(target, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: unknown) => {
    // Messages of fetch can contain the address.
    const why = error instanceof Error ? error.name : 'no answer';
    throw new WebhookError('WEBHOOK_UNREACHABLE', `the webhook did not answer (${why})`, {
      retriable: true,
      remedy: 'Check the route to the receiver, and its certificate.',
    });
  });
  await response.body?.cancel();
  if (response.ok) return;
  throw new WebhookError('WEBHOOK_REFUSED', `the webhook answered with status ${response.status}`, {
    retriable: response.status === 429 || response.status >= 500,
    remedy: 'Check that the webhook still exists, and that its URL is complete.',
  });
}
