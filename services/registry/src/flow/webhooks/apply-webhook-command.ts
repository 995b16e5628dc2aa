import type { Applied, CommandMeta, Rejected } from '@millrace/events';
import type { RegistryState } from '../registry-state.ts';
import { endDelivery } from './pending-deliveries.ts';
import type { CreateWebhook, SettleDeliveries, UpdateWebhook, WebhookCommand } from './webhook-commands.ts';
import { noDeliveries, type Webhook } from './webhook-state.ts';

export function applyWebhookCommand(state: RegistryState, command: WebhookCommand, meta: CommandMeta): Applied {
  if (command.type === 'create-webhook') return createWebhook(state, command, meta);
  if (command.type === 'settle-deliveries') return settle(state, command);
  const webhook = state.webhooks.get(command.id);
  if (webhook === undefined) return webhookNotFound(command.id);
  if (command.type === 'update-webhook') return updateWebhook(state, webhook, command, meta);
  state.webhooks.delete(command.id);
  return { ok: true, result: null };
}

export function webhookNotFound(id: string): Rejected {
  return { ok: false, code: 'RESOURCE_DOES_NOT_EXIST', message: `Webhook with ID ${id} not found.` };
}

function createWebhook(state: RegistryState, command: CreateWebhook, meta: CommandMeta): Applied {
  const { name, url, events, description, status, sealedSecret } = command;
  // The id of the command is a UUID that no other command has.
  const id = meta.commandId;
  const webhook: Webhook = {
    id,
    name,
    url,
    events,
    description,
    status,
    sealedSecret,
    createdAtMs: meta.atMs,
    updatedAtMs: meta.atMs,
    deliveries: noDeliveries(),
  };
  state.webhooks.set(id, webhook);
  return { ok: true, result: webhook };
}

function updateWebhook(state: RegistryState, webhook: Webhook, command: UpdateWebhook, meta: CommandMeta): Applied {
  const { type: _type, id: _id, ...changes } = command;
  const updated: Webhook = { ...webhook, ...changes, updatedAtMs: meta.atMs };
  state.webhooks.set(webhook.id, updated);
  // What waits is not sent after its receiver was switched off, nor when it is switched on again much later.
  if (updated.status === 'DISABLED') {
    updated.deliveries.pending.clear();
    updated.deliveries.pendingBytes = 0;
  }
  return { ok: true, result: updated };
}

function settle(state: RegistryState, { settled }: SettleDeliveries): Applied {
  for (const one of settled) {
    const webhook = state.webhooks.get(one.webhookId);
    if (webhook !== undefined) endDelivery(webhook.deliveries, one);
  }
  return { ok: true, result: null };
}
