import { Body, Controller, Get, Header, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonQuery, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import { ReadOnlineFeatures } from '../../flow/feast/read-online-features.ts';
import { ServeRegistry } from '../../flow/feast/serve-registry.ts';

/** All definitions are of one project, which is called as the client's repository calls its own. */
const registryQuery = z.object({ project: z.string().min(1).max(200).default('millrace') });

/** Feast's feature server, as its stock SDK calls it with `online_store: { type: remote, path: <address>/feast }`. */
@ApiTags('feast')
@Controller('feast')
export class FeastController {
  readonly #read: ReadOnlineFeatures;
  readonly #registry: ServeRegistry;

  constructor(
    @Inject(ReadOnlineFeatures) read: ReadOnlineFeatures,
    @Inject(ServeRegistry) serveRegistry: ServeRegistry,
  ) {
    this.#read = read;
    this.#registry = serveRegistry;
  }

  /** Written as text: whole-number doubles keep their point. */
  @Post('get-online-features')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  read(@Body() body: unknown): Promise<string> {
    return this.#read.read(body);
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
