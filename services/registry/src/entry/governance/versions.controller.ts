import { Body, Controller, Headers, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { featureServiceTag } from '../../flow/lineage/gather-facts.ts';
import type { RegistryJournal } from '../../flow/ports.ts';
import { RegisterVersion } from '../../flow/register-version.ts';
import type { ModelVersion } from '../../flow/registry-state.ts';
import { submitCommand } from '../../flow/registry-writes.ts';
import { modelNotFound } from '../../flow/rejections.ts';
import { semanticVersionTag } from '../../flow/semver/semantic-proposal.ts';
import { REGISTRY_JOURNAL } from '../../tokens.ts';
import { describeVersion, versionResponse } from '../version-response.ts';
import * as requests from './governance-requests.ts';
import { inOwnTerms } from './own-terms.ts';

type VersionAnswer = Promise<z.infer<typeof versionResponse>>;

@ApiTags('models')
@ApiProblems(404, 503)
@Controller('api/v1/models/:name/versions')
export class VersionsController {
  readonly #journal: RegistryJournal;
  readonly #register: RegisterVersion;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal, @Inject(RegisterVersion) register: RegisterVersion) {
    this.#journal = journal;
    this.#register = register;
  }

  @Post()
  @ApiJsonBody(requests.registration)
  @ApiJsonResponse(201, versionResponse, 'The version, with the semantic version that is proposed for it.')
  async register(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): VersionAnswer {
    const { source, runId, modelId, description, tags, semanticVersion, featureService } = parseRequest(
      requests.registration,
      body,
    );
    const bound = { ...tags, ...(featureService !== undefined && { [featureServiceTag]: featureService }) };
    const registered = this.#register.run(
      {
        name,
        source,
        runId: runId ?? null,
        runLink: null,
        modelId: modelId ?? null,
        description: description ?? null,
        tags: Object.entries(bound).map(([key, value]) => ({ key, value })),
        semanticVersion: semanticVersion ?? null,
      },
      callerOf(headers),
    );
    return this.#answer(await inOwnTerms(registered));
  }

  @Put(':version/semantic-version')
  @ApiJsonBody(requests.semanticVersion, 'At least the one that is proposed, and of no other version')
  @ApiJsonResponse(200, versionResponse)
  async name(
    @Param('name') name: string,
    @Param('version') version: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): VersionAnswer {
    const { semanticVersion: value } = parseRequest(requests.semanticVersion, body);
    const at = { name, version: requests.versionNumberOf(version) };
    const tag = { type: 'tag-version', ...at, key: semanticVersionTag, value } as const;
    const { result } = await inOwnTerms(submitCommand(this.#journal, tag, callerOf(headers)));
    return this.#answer(result as ModelVersion);
  }

  async #answer(version: ModelVersion): VersionAnswer {
    const model = (await this.#journal.read()).models.get(version.name);
    if (model === undefined) throw new CodedError('REGISTRY_MODEL_NOT_FOUND', modelNotFound(version.name).message);
    return describeVersion(model, version);
  }
}
