import type { WebhookEvent } from './webhook-events.ts';

export const webhookStatuses = ['ACTIVE', 'DISABLED'] as const;
export type WebhookStatus = (typeof webhookStatuses)[number];

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly description: string | null;
  readonly status: WebhookStatus;
  /** Encrypted under the server's key; null: what is sent is not signed. */
  readonly sealedSecret: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Shared by all revisions of the webhook. */
  readonly deliveries: Deliveries;
}

/** What a webhook is yet to be told, and what became of the rest. */
export interface Deliveries {
  /** By id, the oldest first. */
  readonly pending: Map<string, Delivery>;
  pendingBytes: number;
  delivered: number;
  failed: number;
  lastDeliveredAtMs: number | null;
  /** The newest last. */
  failures: readonly FailedDelivery[];
}

export interface Delivery {
  /** The same for every attempt, also after a restart: what a receiver knows a repeat by. */
  readonly id: string;
  readonly event: WebhookEvent;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly sizeBytes: number;
}

interface FailedDelivery {
  readonly id: string;
  readonly event: WebhookEvent;
  readonly occurredAtMs: number;
  readonly failedAtMs: number;
  readonly attempts: number;
  readonly reason: string;
}

export function noDeliveries(): Deliveries {
  return { pending: new Map(), pendingBytes: 0, delivered: 0, failed: 0, lastDeliveredAtMs: null, failures: [] };
}
