import { Body, Controller, Get, Header, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonBody, ApiJsonQuery, ApiJsonResponse, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import { PushFeatures } from '../../flow/feast/push-features.ts';
import { ReadOnlineFeatures } from '../../flow/feast/read-online-features.ts';
import { ServeRegistry, usualProject } from '../../flow/feast/serve-registry.ts';
import { onlineAnswer, onlineBody, pushBody, writeBody } from './feast-bodies.ts';

/** All definitions are of one project, which is called as the client's repository calls its own. */
const registryQuery = z.object({ project: z.string().min(1).max(200).default(usualProject) });

/** Feast's feature server, as its stock SDK calls it with `online_store: { type: remote, path: <address>/feast }`. */
@ApiTags('feast')
@Controller('feast')
export class FeastController {
  readonly #read: ReadOnlineFeatures;
  readonly #push: PushFeatures;
  readonly #registry: ServeRegistry;

  constructor(
    @Inject(ReadOnlineFeatures) read: ReadOnlineFeatures,
    @Inject(PushFeatures) push: PushFeatures,
    @Inject(ServeRegistry) serveRegistry: ServeRegistry,
  ) {
    this.#read = read;
    this.#push = push;
    this.#registry = serveRegistry;
  }

  /** Written as text: whole-number doubles keep their point. */
  @Post('get-online-features')
  @HttpCode(200)
  @ApiJsonBody(onlineBody, 'Columns of keys and of what on-demand features read; either features or a feature service')
  @ApiJsonResponse(200, onlineAnswer, 'One result a name: keys first, then features')
  @Header('content-type', 'application/json')
  read(@Body() body: unknown): Promise<string> {
    return this.#read.read(body);
  }

  @Post('push')
  @HttpCode(200)
  @ApiJsonBody(pushBody, 'Rows of a source, by column')
  push(@Body() body: unknown): Promise<void> {
    return this.#push.push(body);
  }

  /** What the SDK calls for both `push` and `write_to_online_store`. */
  @Post('write-to-online-store')
  @HttpCode(200)
  @ApiJsonBody(writeBody, 'Rows of a feature view, by column')
  write(@Body() body: unknown): Promise<void> {
    return this.#push.write(body);
  }

  /** The file for `registry: { registry_type: file, path: … }`. */
  @Get('registry.db')
  @ApiJsonQuery(registryQuery)
  @Header('content-type', 'application/octet-stream')
  registry(@Query() query: unknown): Promise<Buffer> {
    return this.#registry.file(parseRequest(registryQuery, query).project);
  }

  @Get('health')
  health(): void {}
}
