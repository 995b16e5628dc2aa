import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  ApiJsonQuery,
  ApiJsonResponse,
  ApiProblems,
  CodedError,
  parseRequest,
  readMoment,
} from '@millrace/service-kit';
import { z } from 'zod';
import { PastModels } from '../../flow/audit/past-models.ts';
import type { RegistryJournal } from '../../flow/ports.ts';
import { stages, type RegisteredModel } from '../../flow/registry-state.ts';
import { findVersion, modelNotFound } from '../../flow/rejections.ts';
import { REGISTRY_JOURNAL } from '../../tokens.ts';
import { describeVersion, versionResponse } from '../version-response.ts';

const past = z.object({
  at: z
    .string()
    .max(100)
    .optional()
    .describe('Milliseconds since 1970, a time in ISO 8601 with its zone, or offset:N of the journal; now when absent'),
});
const modelResponse = z.object({
  model: z.string(),
  description: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  aliases: z.record(z.string(), z.string()),
  versions: z.array(z.object({ version: z.string(), stage: z.enum(stages), semanticVersion: z.string().nullable() })),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  updatedAt: z.iso.datetime(),
});

/** Models and versions, as they are and as they were at a moment. */
@ApiTags('models')
@ApiProblems(400, 404, 503)
@Controller('api/v1/models')
export class PastModelsController {
  readonly #journal: RegistryJournal;
  readonly #past: PastModels;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal, @Inject(PastModels) pastModels: PastModels) {
    this.#journal = journal;
    this.#past = pastModels;
  }

  @Get(':name')
  @ApiJsonQuery(past)
  @ApiJsonResponse(200, modelResponse, 'A model with its versions.')
  async model(@Param('name') name: string, @Query() query: unknown): Promise<z.infer<typeof modelResponse>> {
    const { at } = parseRequest(past, query);
    if (at !== undefined) return describeModel(await this.#past.model(name, readMoment(at)));
    const model = (await this.#journal.read()).models.get(name);
    if (model === undefined) throw new CodedError('REGISTRY_MODEL_NOT_FOUND', modelNotFound(name).message);
    return describeModel(model);
  }

  @Get(':name/versions/:version')
  @ApiJsonQuery(past)
  @ApiJsonResponse(200, versionResponse, 'One version, with the hash of its model file.')
  async version(
    @Param('name') name: string,
    @Param('version') version: string,
    @Query() query: unknown,
  ): Promise<z.infer<typeof versionResponse>> {
    const { at } = parseRequest(past, query);
    const number = Number(version);
    if (at !== undefined && Number.isSafeInteger(number)) {
      const was = await this.#past.version(name, number, readMoment(at));
      return describeVersion(was.model, was.version);
    }
    const found = findVersion(await this.#journal.read(), name, number);
    if (!found.ok) throw new CodedError('REGISTRY_VERSION_NOT_FOUND', found.message);
    return describeVersion(found.model, found.version);
  }
}

function describeModel(model: RegisteredModel): z.infer<typeof modelResponse> {
  return {
    model: model.name,
    description: model.description,
    tags: Object.fromEntries(model.tags),
    aliases: Object.fromEntries([...model.aliases].map(([alias, version]) => [alias, String(version)])),
    versions: [...model.versions.values()].map(({ version, stage, semanticVersion }) => ({
      version: String(version),
      stage,
      semanticVersion,
    })),
    createdAt: new Date(model.createdAtMs).toISOString(),
    createdBy: model.createdBy,
    updatedAt: new Date(model.updatedAtMs).toISOString(),
  };
}
