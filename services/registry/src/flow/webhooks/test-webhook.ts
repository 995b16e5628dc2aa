import { randomUUID } from 'node:crypto';
import { exampleOf } from './example-payloads.ts';
import type { WebhookSender } from './ports.ts';
import type { SecretSeal } from './seal-secret.ts';
import { bodyOf, headersOf } from './webhook-message.ts';
import type { WebhookEvent } from './webhook-events.ts';
import type { Webhook } from './webhook-state.ts';

export interface TestResult {
  readonly success: boolean;
  readonly status?: number;
  readonly text?: string;
  readonly error?: string;
}

/** Sends an example of an event once, whatever state the webhook is in, and tells what the receiver said. */
export async function testWebhook(
  webhook: Webhook,
  wanted: WebhookEvent | undefined,
  { sender, seal, nowMs }: { readonly sender: WebhookSender; readonly seal: SecretSeal | null; readonly nowMs: number },
): Promise<TestResult> {
  const event = wanted ?? webhook.events[0];
  if (event === undefined) return { success: false, error: 'Failed to test webhook: it has no events' };
  let secret: string | null = null;
  try {
    if (webhook.sealedSecret !== null) secret = seal?.open(webhook.sealedSecret) ?? null;
  } catch (error) {
    return {
      success: false,
      error: `Failed to test webhook: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const body = bodyOf({ event, atMs: nowMs, data: exampleOf(event) });
  const headers = headersOf({ id: randomUUID(), body, secret }, nowMs);
  const sent = await sender.send({ url: webhook.url, headers, body }, new AbortController().signal);
  if (sent.kind === 'unanswered') return { success: false, error: `Failed to test webhook: ${sent.reason}` };
  return { success: sent.status >= 200 && sent.status < 300, status: sent.status, text: sent.text ?? '' };
}
