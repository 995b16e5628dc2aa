import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import type { RegistryJournal } from '../flow/ports.ts';
import { REGISTRY_JOURNAL } from '../tokens.ts';

const asked = z.object({ hashes: z.array(z.string().max(64)).max(1000) });
const answer = z.object({ pinned: z.array(z.string()) });

/** Which contents versions stand for: who clears away what nobody names must leave these. */
@ApiTags('models')
@ApiProblems(503)
@Controller('api/v1/artifact-pins')
export class ArtifactPinsController {
  readonly #journal: RegistryJournal;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal) {
    this.#journal = journal;
  }

  @Post('search')
  @HttpCode(200)
  @ApiJsonBody(asked)
  @ApiJsonResponse(200, answer, 'Those of the hashes that a version is pinned to.')
  async search(@Body() body: unknown): Promise<z.infer<typeof answer>> {
    const { hashes } = parseRequest(asked, body);
    const wanted = new Set(hashes);
    const pinned = new Set<string>();
    for (const { versions } of (await this.#journal.read()).models.values()) {
      for (const { artifact } of versions.values())
        if (artifact && wanted.has(artifact.hash)) pinned.add(artifact.hash);
    }
    return { pinned: [...pinned] };
  }
}
