import { createHash } from 'node:crypto';
import type { CommandMeta } from '@millrace/events';
import type { Occurrence } from './occurrence-of.ts';
import type { SettledDelivery } from './webhook-commands.ts';
import { isSameEvent } from './webhook-events.ts';
import type { Deliveries, Delivery, Webhook } from './webhook-state.ts';

/** A receiver that takes nothing for long must not fill the memory of every instance: beyond it the newest is given up. */
const mostPending = 1000;
const mostPendingBytes = 16 * 1024 * 1024;
const mostFailures = 50;
const longestReason = 500;

/** Adds what has happened to the pending deliveries of all webhooks that want to hear of it. */
export function addDeliveries(webhooks: Iterable<Webhook>, occurrence: Occurrence, meta: CommandMeta): void {
  let sizeBytes: number | undefined;
  for (const { id, status, events, deliveries } of webhooks) {
    if (status !== 'ACTIVE' || !events.some((event) => isSameEvent(event, occurrence.event))) continue;
    sizeBytes ??= Buffer.byteLength(JSON.stringify(occurrence.data));
    const delivery = { id: deliveryId(id, meta.commandId), ...occurrence, atMs: meta.atMs, sizeBytes };
    const hasRoom =
      deliveries.pending.size < mostPending &&
      (deliveries.pending.size === 0 || deliveries.pendingBytes + sizeBytes <= mostPendingBytes);
    deliveries.pending.set(delivery.id, delivery);
    deliveries.pendingBytes += sizeBytes;
    if (hasRoom) continue;
    const failure = `${deliveries.pending.size - 1} deliveries wait already: the receiver is too slow or does not answer`;
    endDelivery(deliveries, { deliveryId: delivery.id, attempts: 0, endedAtMs: meta.atMs, failure });
  }
}

/** Takes a delivery from those that wait; one that does not wait any more was settled by another instance. */
export function endDelivery(
  deliveries: Deliveries,
  { deliveryId: id, attempts, endedAtMs, failure }: Omit<SettledDelivery, 'webhookId'>,
): void {
  const delivery = deliveries.pending.get(id);
  if (delivery === undefined) return;
  deliveries.pending.delete(id);
  deliveries.pendingBytes -= delivery.sizeBytes;
  if (failure === null) {
    deliveries.delivered += 1;
    deliveries.lastDeliveredAtMs = endedAtMs;
    return;
  }
  deliveries.failed += 1;
  deliveries.failures = [...deliveries.failures, failed(delivery, { attempts, endedAtMs, failure })].slice(
    -mostFailures,
  );
}

function failed(
  { id, event, atMs }: Delivery,
  { attempts, endedAtMs, failure }: { readonly attempts: number; readonly endedAtMs: number; readonly failure: string },
) {
  return {
    id,
    event,
    occurredAtMs: atMs,
    failedAtMs: endedAtMs,
    attempts,
    reason: failure.slice(0, longestReason),
  };
}

/** A UUID (of version 8: made by a rule of one's own) that every instance and every attempt makes the same of it. */
function deliveryId(webhookId: string, commandId: string): string {
  const hex = createHash('sha256').update(`${webhookId}|${commandId}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
