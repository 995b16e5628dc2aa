import { EventBus, type Journal } from '@millrace/events';
import { KIT_PARTS, SERVICE_CONFIG, startBeside, type KitParts } from '@millrace/service-kit';
import type { Provider } from '@nestjs/common';
import type { RegistryConfig } from './config.ts';
import { DeliveriesController } from './entry/webhooks/deliveries.controller.ts';
import { WebhooksController } from './entry/webhooks/webhooks.controller.ts';
import type { RegistryCommand } from './flow/registry-commands.ts';
import type { RegistryState } from './flow/registry-state.ts';
import { ChangeWebhooks } from './flow/webhooks/change-webhooks.ts';
import { DeliverWebhooks } from './flow/webhooks/deliver-webhooks.ts';
import { SecretSeal } from './flow/webhooks/seal-secret.ts';
import { HttpWebhookSender } from './publish/webhooks/http-webhook-sender.ts';
import { leadByJournal } from './publish/webhooks/webhook-lead.ts';
import { REGISTRY_JOURNAL, SECRET_SEAL, WEBHOOK_SENDER } from './tokens.ts';

type RegistryLog = Journal<RegistryState, RegistryCommand>;

/** A receiver that is slow keeps so many of the requests to itself at most. */
const requestsPerWebhook = 2;

export const webhooksControllers = [WebhooksController, DeliveriesController];

/** Webhooks, and the one that sends what they wait for. */
export const webhooksProviders: Provider[] = [
  {
    provide: SECRET_SEAL,
    inject: [SERVICE_CONFIG],
    useFactory: ({ webhooks }: RegistryConfig) =>
      webhooks.secretKey === null ? null : new SecretSeal(webhooks.secretKey),
  },
  {
    provide: WEBHOOK_SENDER,
    inject: [SERVICE_CONFIG],
    useFactory: ({ webhooks }: RegistryConfig) => new HttpWebhookSender(webhooks.sender),
  },
  {
    provide: ChangeWebhooks,
    inject: [REGISTRY_JOURNAL, WEBHOOK_SENDER, SECRET_SEAL],
    useFactory: (journal: RegistryLog, addresses: HttpWebhookSender, seal: SecretSeal | null) =>
      new ChangeWebhooks(journal, addresses, seal),
  },
  {
    provide: DeliverWebhooks,
    inject: [REGISTRY_JOURNAL, WEBHOOK_SENDER, SECRET_SEAL, SERVICE_CONFIG, EventBus, KIT_PARTS],
    useFactory: (
      journal: RegistryLog,
      sender: HttpWebhookSender,
      seal: SecretSeal | null,
      { webhooks }: RegistryConfig,
      bus: EventBus,
      parts: KitParts,
    ) => {
      const { log, metrics } = parts;
      const attempts = metrics.counter({
        name: 'webhook_attempts_total',
        help: 'Requests to receivers of webhooks: delivered, to be sent again, or given up.',
        labels: ['verdict'],
      });
      metrics.gauge({
        name: 'webhook_deliveries_pending_count',
        help: 'Deliveries that wait, over all webhooks.',
        collect: (gauge) => gauge.set(sumOf(journal, ({ pending }) => pending.size)),
      });
      metrics.gauge({
        name: 'webhook_deliveries_failed_count',
        help: 'Deliveries given up so far, over the webhooks that exist.',
        collect: (gauge) => gauge.set(sumOf(journal, ({ failed }) => failed)),
      });
      const deliver = new DeliverWebhooks({
        journal,
        state: () => journal.state,
        sender,
        seal,
        retries: webhooks.retries,
        concurrency: { all: webhooks.concurrency, perWebhook: requestsPerWebhook },
        clock: { nowMs: () => Date.now(), random: () => Math.random() },
        onAttempt: (verdict) => attempts.inc({ verdict }),
        onFault: (error) => log.warn('webhooks.not-settled', { error: String(error) }),
      });
      journal.onApplied(() => deliver.pump());
      const lead = leadByJournal(bus, { topic: 'registry.journal', upToDate: () => journal.read(), led: deliver });
      startBeside(parts, { part: lead, title: 'webhooks', check: 'webhooks' });
      return deliver;
    },
  },
];

function sumOf(journal: RegistryLog, count: (deliveries: { pending: Map<string, unknown>; failed: number }) => number) {
  return [...journal.state.webhooks.values()].reduce((sum, { deliveries }) => sum + count(deliveries), 0);
}
