import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Journal } from '@millrace/events';
import { versionedName, type Definitions } from '@millrace/feature-engine';
import {
  ApiJsonBody,
  ApiJsonQuery,
  ApiJsonResponse,
  ApiProblems,
  callerOf,
  CodedError,
  parseRequest,
} from '@millrace/service-kit';
import { z } from 'zod';
import type { FeaturesCommand, FeaturesState } from '../flow/definitions-domain.ts';
import { ManageDefinitions } from '../flow/manage-definitions.ts';
import type { DefinitionReference } from '../flow/retire-definition.ts';
import { FEATURES_JOURNAL } from '../tokens.ts';
import { definitionsBody } from './definitions-body.ts';
import { SourcePipelines } from './source-pipelines.ts';

const applied = z.object({
  applied: z.array(z.object({ kind: z.string(), name: z.string(), version: z.number().optional() })),
  leftOut: z.array(z.object({ source: z.string(), field: z.string(), reason: z.string() })),
});
const list = z.object({ items: z.array(z.record(z.string(), z.unknown())) });
const one = z.record(z.string(), z.unknown());
const resumeBody = z.object({ expectedGeneration: z.number().int().nonnegative().optional() });
const versionQuery = z.object({ version: z.coerce.number().int().positive().optional() });

@ApiTags('definitions')
@ApiProblems(404, 409, 503)
@Controller('api/v1')
export class DefinitionsController {
  readonly #manage: ManageDefinitions;
  readonly #journal: Journal<FeaturesState, FeaturesCommand>;
  readonly #pipelines: SourcePipelines;

  constructor(
    @Inject(ManageDefinitions) manage: ManageDefinitions,
    @Inject(FEATURES_JOURNAL) journal: Journal<FeaturesState, FeaturesCommand>,
    @Inject(SourcePipelines) pipelines: SourcePipelines,
  ) {
    this.#manage = manage;
    this.#journal = journal;
    this.#pipelines = pipelines;
  }

  @Post('definitions')
  @HttpCode(200)
  @ApiJsonBody(
    definitionsBody,
    'A source, entity, feature view or feature service, a list of them, or { definitions: [...] }; all or nothing',
  )
  @ApiJsonResponse(
    200,
    applied,
    'What is new; definitions that were there already are not listed. And the fields of topics that are no columns, with the reason',
  )
  async apply(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof applied>> {
    return (await this.#manage.apply(body, callerOf(headers))) as z.infer<typeof applied>;
  }

  @Get('definitions')
  @ApiJsonResponse(200, list, 'Every definition in force')
  async definitions(): Promise<z.infer<typeof list>> {
    const { sources, entities, featureViews, featureServices } = await this.#definitions();
    return {
      items: [...sources.values(), ...entities.values(), ...featureViews.values(), ...featureServices.values()].map(
        plain,
      ),
    };
  }

  @Get('sources')
  @ApiJsonResponse(200, list, 'Sources with the state of their consumer in this instance')
  async sources(): Promise<z.infer<typeof list>> {
    const state = await this.#journal.read();
    return { items: [...state.definitions.sources.keys()].map((name) => this.#describeSource(state, name)) };
  }

  @Get('sources/:name')
  @ApiJsonResponse(200, one)
  async source(@Param('name') name: string): Promise<z.infer<typeof one>> {
    const state = await this.#journal.read();
    found(state.definitions.sources.get(name), 'source', name);
    return this.#describeSource(state, name);
  }

  @Post('sources/:name/resume')
  @HttpCode(200)
  @ApiJsonBody(
    resumeBody,
    'expectedGeneration: the generation that the source is in, as GET gives it; a repeated request is then refused',
  )
  @ApiJsonResponse(200, one, 'Goes on with a recreated or repartitioned topic, in a new generation, from its beginning')
  async resume(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof one>> {
    const { expectedGeneration } = parseRequest(resumeBody, body ?? {});
    const refusal = this.#pipelines.whyNotResume(name);
    if (refusal !== undefined) throw new CodedError('FEATURES_SOURCE_RUNNING_CONFLICT', refusal);
    const resumed = await this.#manage.resumeSource(name, expectedGeneration, callerOf(headers));
    return resumed as z.infer<typeof one>;
  }

  @Delete('sources/:name')
  @ApiJsonResponse(200, one, 'Retires a source that no view and no service uses; its history stays')
  async retireSource(
    @Param('name') name: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof one>> {
    return this.#retire({ kind: 'source', name }, headers);
  }

  @Get('entities')
  @ApiJsonResponse(200, list)
  async entities(): Promise<z.infer<typeof list>> {
    return { items: [...(await this.#definitions()).entities.values()].map(plain) };
  }

  @Get('feature-views')
  @ApiJsonResponse(200, list)
  async featureViews(): Promise<z.infer<typeof list>> {
    return { items: [...(await this.#definitions()).featureViews.values()].map(plain) };
  }

  @Get('feature-services')
  @ApiJsonResponse(200, list)
  async featureServices(): Promise<z.infer<typeof list>> {
    return { items: [...(await this.#definitions()).featureServices.values()].map(plain) };
  }

  @Delete('entities/:name')
  @ApiJsonResponse(200, one, 'Retires an entity that no view uses')
  async retireEntity(
    @Param('name') name: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof one>> {
    return this.#retire({ kind: 'entity', name }, headers);
  }

  @Delete('feature-views/:name')
  @ApiJsonQuery(versionQuery)
  @ApiJsonResponse(
    200,
    one,
    'Retires one version, the newest unless given, that no service uses; its states are deleted',
  )
  async retireView(
    @Param('name') name: string,
    @Query() query: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof one>> {
    return this.#retire({ kind: 'feature-view', name, ...versionOf(query) }, headers);
  }

  @Delete('feature-services/:name')
  @ApiJsonQuery(versionQuery)
  @ApiJsonResponse(
    200,
    one,
    'Retires one version, the newest unless given: it gives no more vectors; its history stays',
  )
  async retireService(
    @Param('name') name: string,
    @Query() query: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof one>> {
    return this.#retire({ kind: 'feature-service', name, ...versionOf(query) }, headers);
  }

  async #retire(definition: DefinitionReference, headers: IncomingHttpHeaders): Promise<z.infer<typeof one>> {
    return (await this.#manage.retire(definition, callerOf(headers))) as z.infer<typeof one>;
  }

  async #definitions(): Promise<Definitions> {
    return (await this.#journal.read()).definitions;
  }

  #describeSource({ definitions, sources }: FeaturesState, name: string): Record<string, unknown> {
    const readBy = [...definitions.featureServices.values()].filter(({ source }) => source === name).map(versionedName);
    const { waitingFor, consumer, building } = this.#pipelines.statusOf(name);
    const { live, build, generation } = sources.get(name) ?? {};
    return {
      ...definitions.sources.get(name),
      generation,
      build: live,
      featureServices: readBy,
      waitingFor: waitingFor ?? null,
      consumer: consumer ?? null,
      // What is new catches up in builds of its own, beside the one that serves.
      newestBuild: build,
      building,
    };
  }
}

function versionOf(query: unknown): { version?: number } {
  const { version } = parseRequest(versionQuery, query);
  return version === undefined ? {} : { version };
}

function plain(definition: object): Record<string, unknown> {
  return { ...definition };
}

function found<T>(value: T | undefined, what: string, name: string): T {
  if (value === undefined) throw new CodedError('FEATURES_SOURCE_NOT_FOUND', `there is no ${what} "${name}"`);
  return value;
}
