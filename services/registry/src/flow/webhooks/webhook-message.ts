import { createHmac } from 'node:crypto';
import type { Delivery } from './webhook-state.ts';

/** The body of a delivery, the same bytes at every attempt. */
export function bodyOf({ event, atMs, data }: Pick<Delivery, 'event' | 'atMs' | 'data'>): string {
  // As Python writes times: with an offset and not with `Z`, which its older versions cannot read.
  const timestamp = new Date(atMs).toISOString().replace('Z', '+00:00');
  return JSON.stringify({ entity: event.entity, action: event.action, timestamp, data });
}

/** MLflow's headers. The time is that of the attempt, so that a receiver can refuse what is replayed much later. */
export function headersOf(
  { id, body, secret }: { readonly id: string; readonly body: string; readonly secret: string | null },
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  return {
    'Content-Type': 'application/json',
    'X-MLflow-Delivery-Id': id,
    'X-MLflow-Timestamp': timestamp,
    ...(secret !== null && { 'X-MLflow-Signature': signature(secret, `${id}.${timestamp}.${body}`) }),
  };
}

function signature(secret: string, content: string): string {
  return `v1,${createHmac('sha256', secret).update(content).digest('base64')}`;
}
