import type { WebhookEvent } from './webhook-events.ts';
import type { WebhookStatus } from './webhook-state.ts';

export interface CreateWebhook {
  readonly type: 'create-webhook';
  readonly name: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly description: string | null;
  readonly status: WebhookStatus;
  readonly sealedSecret: string | null;
}
/** What is absent stays as it is. */
export interface UpdateWebhook {
  readonly type: 'update-webhook';
  readonly id: string;
  readonly name?: string;
  readonly url?: string;
  readonly events?: readonly WebhookEvent[];
  readonly description?: string | null;
  readonly status?: WebhookStatus;
  readonly sealedSecret?: string | null;
}
interface DeleteWebhook {
  readonly type: 'delete-webhook';
  readonly id: string;
}
/** Tells what became of deliveries; those that nobody waits for any more are passed over. */
export interface SettleDeliveries {
  readonly type: 'settle-deliveries';
  readonly settled: readonly SettledDelivery[];
}
export interface SettledDelivery {
  readonly webhookId: string;
  readonly deliveryId: string;
  readonly attempts: number;
  readonly endedAtMs: number;
  /** Why it was given up; null when the receiver took it. */
  readonly failure: string | null;
}

export type WebhookCommand = CreateWebhook | UpdateWebhook | DeleteWebhook | SettleDeliveries;
