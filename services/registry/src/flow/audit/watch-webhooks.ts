import { watchOne, type Applied, type SubjectChange } from '@millrace/events';
import type { WebhookCommand } from '../webhooks/webhook-commands.ts';
import type { Webhook } from '../webhooks/webhook-state.ts';

/** The webhook that a command is about, without its secret and what it is yet to be told. */
export function watchWebhooks(
  webhooks: ReadonlyMap<string, Webhook>,
  command: WebhookCommand,
): (applied: Applied) => readonly SubjectChange[] {
  if (command.type === 'settle-deliveries') {
    return () => [{ kind: 'deliveries', id: '', before: null, after: null }];
  }
  return watchOne({
    kind: 'webhook',
    id: command.type === 'create-webhook' ? undefined : command.id,
    snapshot: (id) => webhookView(id === undefined ? undefined : webhooks.get(id)),
  });
}

function webhookView(webhook: Webhook | undefined): unknown {
  if (webhook === undefined) return null;
  const { sealedSecret, deliveries: _deliveries, ...told } = webhook;
  return { ...told, hasSecret: sealedSecret !== null };
}
