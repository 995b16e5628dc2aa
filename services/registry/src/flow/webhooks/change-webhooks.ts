import { randomUUID } from 'node:crypto';
import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import type { Caller } from '@millrace/service-kit';
import type { RegistryJournal } from '../ports.ts';
import { submitCommand } from '../registry-writes.ts';
import { webhookNotFound } from './apply-webhook-command.ts';
import type { WebhookAddresses } from './ports.ts';
import type { SecretSeal } from './seal-secret.ts';
import type { CreateWebhook, UpdateWebhook } from './webhook-commands.ts';
import type { Webhook } from './webhook-state.ts';

type Wanted<T> = Omit<T, 'type' | 'sealedSecret'> & { readonly secret: string | undefined };

/** Makes and changes webhooks: their addresses are checked and their secrets sealed before anything is written. */
export class ChangeWebhooks {
  readonly #journal: RegistryJournal;
  readonly #addresses: WebhookAddresses;
  readonly #seal: SecretSeal | null;

  constructor(journal: RegistryJournal, addresses: WebhookAddresses, seal: SecretSeal | null) {
    this.#journal = journal;
    this.#addresses = addresses;
    this.#seal = seal;
  }

  async create({ secret, ...wanted }: Wanted<CreateWebhook>, caller: Caller): Promise<Webhook> {
    await this.#addresses.check(wanted.url);
    const sealedSecret = this.#sealed(secret ?? '', caller);
    return this.#submit({ type: 'create-webhook', ...wanted, sealedSecret }, caller);
  }

  async update({ secret, ...wanted }: Wanted<UpdateWebhook>, caller: Caller): Promise<Webhook> {
    await this.find(wanted.id);
    if (wanted.url !== undefined) await this.#addresses.check(wanted.url);
    const changed = secret === undefined ? {} : { sealedSecret: this.#sealed(secret, caller) };
    return this.#submit({ type: 'update-webhook', ...wanted, ...changed }, caller);
  }

  async delete(id: string, caller: Caller): Promise<void> {
    await submitCommand(this.#journal, { type: 'delete-webhook', id }, caller);
  }

  async find(id: string): Promise<Webhook> {
    const webhook = (await this.#journal.read()).webhooks.get(id);
    if (webhook === undefined) throw doesNotExist(webhookNotFound(id).message);
    return webhook;
  }

  /** An empty secret is none. */
  #sealed(secret: string, { requestId = randomUUID() }: Caller): string | null {
    if (secret === '') return null;
    if (this.#seal !== null) return this.#seal.seal(secret, requestId);
    throw invalidParameter(
      'This server has no key to keep secrets of webhooks with: set MILLRACE_REGISTRY_SECRET_KEY on it, or make the webhook without a secret.',
    );
  }

  async #submit(command: CreateWebhook | UpdateWebhook, caller: Caller): Promise<Webhook> {
    return (await submitCommand(this.#journal, command, caller)).result as Webhook;
  }
}
