import { Controller, Get, Headers, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '@millrace/people';
import { ApiJsonResponse, ApiProblems, CodedError } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { RegistryJournal } from '../flow/ports.ts';
import { currentPromotions } from '../flow/current-promotions.ts';
import { seenBy } from '../flow/people/registered-subjects.ts';
import { REGISTRY_JOURNAL } from '../tokens.ts';
import { describeVersion, versionResponse } from './version-response.ts';

const promotionsResponse = z.object({
  promotions: z.array(versionResponse.extend({ target: z.string() })),
});

@ApiTags('models')
@ApiProblems(404, 503)
@Controller('api/v1')
export class ModelsController {
  readonly #journal: RegistryJournal;

  readonly #access: Access;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal, @Inject(Access) access: Access) {
    this.#journal = journal;
    this.#access = access;
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
    return describeVersion(model, version);
  }

  @Get('promotions')
  @ApiJsonResponse(200, promotionsResponse, 'The version in charge of each alias and serving stage of each model.')
  async promotions(@Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof promotionsResponse>> {
    const sees = this.#access.sight(headers);
    const current = currentPromotions(seenBy(await this.#journal.read(), sees));
    return {
      promotions: current.map(({ model, version, target }) => ({ target, ...describeVersion(model, version) })),
    };
  }
}
