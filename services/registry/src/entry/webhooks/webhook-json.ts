import { z } from 'zod';
import { nameOfEvent, type WebhookEvent } from '../../flow/webhooks/webhook-events.ts';
import type { Webhook } from '../../flow/webhooks/webhook-state.ts';

/** MLflow's JSON of a webhook. Its secret is never answered. */
export function webhookJson(webhook: Webhook): Record<string, unknown> {
  return {
    webhook_id: webhook.id,
    name: webhook.name,
    url: webhook.url,
    events: webhook.events.map(eventJson),
    ...(webhook.description && { description: webhook.description }),
    status: webhook.status,
    creation_timestamp: webhook.createdAtMs,
    last_updated_timestamp: webhook.updatedAtMs,
  };
}

function eventJson({ entity, action }: WebhookEvent) {
  return { entity: entity.toUpperCase(), action: action.toUpperCase() };
}

/** How the deliveries of a webhook go, in our own API. */
export const deliveriesResponse = z.object({
  webhookId: z.string(),
  pending: z.number(),
  delivered: z.number(),
  failed: z.number(),
  lastDeliveredAt: z.iso.datetime().nullable(),
  /** The last 50, the newest first. */
  failures: z.array(
    z.object({
      deliveryId: z.string(),
      event: z.string(),
      occurredAt: z.iso.datetime(),
      failedAt: z.iso.datetime(),
      attempts: z.number(),
      reason: z.string(),
    }),
  ),
});

export function describeDeliveries({ id, deliveries }: Webhook): z.infer<typeof deliveriesResponse> {
  const { pending, delivered, failed, lastDeliveredAtMs, failures } = deliveries;
  return {
    webhookId: id,
    pending: pending.size,
    delivered,
    failed,
    lastDeliveredAt: lastDeliveredAtMs === null ? null : timeText(lastDeliveredAtMs),
    failures: failures.toReversed().map((failure) => ({
      deliveryId: failure.id,
      event: nameOfEvent(failure.event),
      occurredAt: timeText(failure.occurredAtMs),
      failedAt: timeText(failure.failedAtMs),
      attempts: failure.attempts,
      reason: failure.reason,
    })),
  };
}

const timeText = (ms: number): string => new Date(ms).toISOString();
