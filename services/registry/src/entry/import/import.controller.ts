import { Body, Controller, Headers, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { RegistryJournal } from '../../flow/ports.ts';
import { RegisterVersion } from '../../flow/register-version.ts';
import { submitCommand } from '../../flow/registry-writes.ts';
import { modelNotFound } from '../../flow/rejections.ts';
import { REGISTRY_JOURNAL } from '../../tokens.ts';
import { inOwnTerms } from '../governance/own-terms.ts';
import { checkAlias, checkAliasIsFree, checkModelName, checkTags, checkVersionTags } from '../registry-requests.ts';
import { describeVersion, versionResponse } from '../version-response.ts';
import * as requests from './import-requests.ts';

const modelResponse = z.object({ name: z.string() });

/** Models and versions of another registry, with the numbers and times that they have there. Nothing here is overwritten. */
@ApiTags('import')
@ApiProblems(400, 403, 404, 409, 503)
@Controller('api/v1/import')
export class ImportController {
  readonly #journal: RegistryJournal;
  readonly #register: RegisterVersion;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal, @Inject(RegisterVersion) register: RegisterVersion) {
    this.#journal = journal;
    this.#register = register;
  }

  @Post('registered-models')
  @ApiJsonBody(requests.importedModel)
  @ApiJsonResponse(201, modelResponse, 'The model, without versions.')
  async model(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof modelResponse>> {
    const { createdAtMs, updatedAtMs, ...model } = parseRequest(requests.importedModel, body);
    return inOwnTerms(
      (async () => {
        checkModelName(model.name);
        checkTags(model.tags);
        const command = { type: 'create-model', ...model, imported: { createdAtMs, updatedAtMs } } as const;
        await submitCommand(this.#journal, command, callerOf(headers));
        return { name: model.name };
      })(),
    );
  }

  @Post('model-versions')
  @ApiJsonBody(requests.importedVersion, 'Refused as a whole where the promotion rules forbid its stage or an alias')
  @ApiJsonResponse(201, versionResponse)
  async version(
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof versionResponse>> {
    const request = parseRequest(requests.importedVersion, body);
    const { number: version, stage, aliases, createdAtMs, updatedAtMs, ...described } = request;
    const imported = { version, stage, aliases, createdAtMs, updatedAtMs };
    return inOwnTerms(
      (async () => {
        checkVersionTags(described.tags);
        for (const alias of aliases) {
          checkAlias(alias);
          checkAliasIsFree(alias);
        }
        const registered = await this.#register.run({ ...described, imported }, callerOf(headers));
        const model = (await this.#journal.read()).models.get(described.name);
        if (model === undefined)
          throw new CodedError('REGISTRY_MODEL_NOT_FOUND', modelNotFound(described.name).message);
        return describeVersion(model, registered);
      })(),
    );
  }
}
