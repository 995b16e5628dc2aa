import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonResponse, ApiProblems, CodedError } from '@millrace/service-kit';
import { z } from 'zod';
import type { RegistryJournal } from '../flow/ports.ts';
import { currentPromotions } from '../flow/current-promotions.ts';
import { aliasesOf, type ModelVersion, type RegisteredModel } from '../flow/registry-state.ts';
import { findVersion } from '../flow/rejections.ts';
import { REGISTRY_JOURNAL } from '../tokens.ts';

const versionResponse = z.object({
  model: z.string(),
  version: z.string(),
  stage: z.string(),
  aliases: z.array(z.string()),
  runId: z.string().nullable(),
  modelId: z.string().nullable(),
  source: z.string(),
  artifactKind: z.enum(['onnx', 'files']).nullable(),
  artifactHash: z.string().nullable(),
  artifactUri: z.string(),
  artifactSizeBytes: z.number().nullable(),
  /** Path on the gateway and on the tracking service: the bytes of exactly this hash. */
  artifactDownloadPath: z.string().nullable(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
});

const promotionsResponse = z.object({
  promotions: z.array(versionResponse.extend({ target: z.string() })),
});

@ApiTags('models')
@ApiProblems(404, 503)
@Controller('api/v1')
export class ModelsController {
  readonly #journal: RegistryJournal;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal) {
    this.#journal = journal;
  }

  @Get('models/:name/versions/:version')
  @ApiJsonResponse(200, versionResponse, 'One version, with the hash of its model file.')
  async version(
    @Param('name') name: string,
    @Param('version') version: string,
  ): Promise<z.infer<typeof versionResponse>> {
    const found = findVersion(await this.#journal.read(), name, Number(version));
    if (!found.ok) throw new CodedError('REGISTRY_VERSION_NOT_FOUND', found.message);
    return describe(found.model, found.version);
  }

  @Get('models/:name/aliases/:alias')
  @ApiJsonResponse(200, versionResponse, 'The version that an alias stands for.')
  async alias(@Param('name') name: string, @Param('alias') alias: string): Promise<z.infer<typeof versionResponse>> {
    const model = (await this.#journal.read()).models.get(name);
    const version = model?.versions.get(model.aliases.get(alias) ?? 0);
    if (model === undefined || version === undefined) {
      throw new CodedError(
        'REGISTRY_ALIAS_NOT_FOUND',
        `model "${name}" has no alias "${alias}": set it with the registry's API`,
      );
    }
    return describe(model, version);
  }

  @Get('promotions')
  @ApiJsonResponse(200, promotionsResponse, 'The version in charge of each alias and serving stage of each model.')
  async promotions(): Promise<z.infer<typeof promotionsResponse>> {
    const current = currentPromotions(await this.#journal.read());
    return { promotions: current.map(({ model, version, target }) => ({ target, ...describe(model, version) })) };
  }
}

function describe(model: RegisteredModel, version: ModelVersion): z.infer<typeof versionResponse> {
  const { artifact } = version;
  return {
    model: model.name,
    version: String(version.version),
    stage: version.stage,
    aliases: aliasesOf(model, version.version),
    runId: version.runId,
    modelId: version.modelId,
    source: version.source,
    artifactKind: artifact?.kind ?? null,
    artifactHash: artifact?.hash ?? null,
    artifactUri: artifact?.uri ?? version.storageLocation,
    artifactSizeBytes: artifact?.sizeBytes ?? null,
    artifactDownloadPath: artifact?.kind === 'onnx' ? `/api/v1/artifacts/sha256/${artifact.hash}` : null,
    createdAt: new Date(version.createdAtMs).toISOString(),
    createdBy: version.createdBy,
  };
}
