import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonResponse, ApiProblems } from '@millrace/service-kit';
import { z } from 'zod';
import { CollectArtifacts } from '../../flow/artifacts/collect-artifacts.ts';

const collected = z.object({ examined: z.number(), unused: z.number(), unusedBytes: z.number() });

@ApiTags('artifacts')
@ApiProblems(503)
@Controller('api/v1/artifacts/unused')
export class ArtifactCollectionsController {
  readonly #collection: CollectArtifacts;

  constructor(@Inject(CollectArtifacts) collection: CollectArtifacts) {
    this.#collection = collection;
  }

  @Get()
  @ApiJsonResponse(200, collected, 'How many contents nobody refers to any more, and their bytes.')
  look(): Promise<z.infer<typeof collected>> {
    return this.#collection.look();
  }

  @Post('collect')
  @HttpCode(200)
  @ApiJsonResponse(200, collected, 'The same, and they are removed.')
  collect(): Promise<z.infer<typeof collected>> {
    return this.#collection.collect();
  }
}
