import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { decodeOffset, encodePageToken, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { RegistryJournal } from '../../flow/ports.ts';
import { ChangeWebhooks } from '../../flow/webhooks/change-webhooks.ts';
import type { WebhookSender } from '../../flow/webhooks/ports.ts';
import type { SecretSeal } from '../../flow/webhooks/seal-secret.ts';
import { testWebhook } from '../../flow/webhooks/test-webhook.ts';
import { REGISTRY_JOURNAL, SECRET_SEAL, WEBHOOK_SENDER } from '../../tokens.ts';
import { webhookJson } from './webhook-json.ts';
import * as requests from './webhook-requests.ts';

@ApiTags('MLflow: webhooks')
@Controller(['api/2.0/mlflow/webhooks', 'ajax-api/2.0/mlflow/webhooks'])
export class WebhooksController {
  readonly #journal: RegistryJournal;
  readonly #webhooks: ChangeWebhooks;
  readonly #sender: WebhookSender;
  readonly #seal: SecretSeal | null;

  constructor(
    @Inject(REGISTRY_JOURNAL) journal: RegistryJournal,
    @Inject(ChangeWebhooks) webhooks: ChangeWebhooks,
    @Inject(WEBHOOK_SENDER) sender: WebhookSender,
    @Inject(SECRET_SEAL) seal: SecretSeal | null,
  ) {
    this.#journal = journal;
    this.#webhooks = webhooks;
    this.#sender = sender;
    this.#seal = seal;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(requests.createWebhook)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { description, status = 'ACTIVE', secret, ...request } = readRequest(requests.createWebhook, body);
    const wanted = { ...request, status, secret, description: description || null };
    return { webhook: webhookJson(await this.#webhooks.create(wanted, callerOf(headers))) };
  }

  /** The newest first. */
  @Get()
  @ApiJsonQuery(requests.listWebhooks)
  async list(@Query() query: unknown) {
    const { max_results: given, page_token: token } = readRequest(requests.listWebhooks, query);
    const size = requests.pageSizeOf(given);
    const start = decodeOffset('webhooks', token);
    const all = [...(await this.#journal.read()).webhooks.values()].toReversed();
    const next = start + size < all.length ? encodePageToken('webhooks', start + size) : undefined;
    const page = all.slice(start, start + size).map(webhookJson);
    return { webhooks: page, ...(next !== undefined && { next_page_token: next }) };
  }

  @Get(':id')
  async get(@Param('id') id: string) {
    return { webhook: webhookJson(await this.#webhooks.find(id)) };
  }

  @Patch(':id')
  @ApiJsonBody(requests.updateWebhook)
  async update(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { name, url, events, description, secret, status } = readRequest(requests.updateWebhook, body);
    const changed = await this.#webhooks.update(
      {
        id,
        secret,
        ...(name && { name }),
        ...(url && { url }),
        ...(events && events.length > 0 && { events }),
        ...(description !== undefined && { description }),
        ...(status !== undefined && { status }),
      },
      callerOf(headers),
    );
    return { webhook: webhookJson(changed) };
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders) {
    await this.#webhooks.delete(id, callerOf(headers));
    return {};
  }

  @Post(':id/test')
  @HttpCode(200)
  @ApiJsonBody(requests.testWebhook)
  async test(@Param('id') id: string, @Body() body: unknown) {
    const { event } = readRequest(requests.testWebhook, body);
    const webhook = await this.#webhooks.find(id);
    const ports = { sender: this.#sender, seal: this.#seal, nowMs: Date.now() };
    const { success, status, text, error } = await testWebhook(webhook, event ?? undefined, ports);
    return {
      result: {
        success,
        ...(status !== undefined && { response_status: status }),
        ...(text !== undefined && { response_body: text }),
        ...(error !== undefined && { error_message: error }),
      },
    };
  }
}
