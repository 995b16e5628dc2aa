import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import { ScoreForComparison } from '../flow/score-for-comparison.ts';
import type { ComparisonScores } from '../flow/score-for-comparison.ts';

const maxVectors = 500;

const vectorsBody = z.strictObject({
  featureService: z.string().min(1),
  featureServiceVersion: z.number().int().positive(),
  vectors: z
    .array(
      z.strictObject({
        numbers: z
          .array(
            z
              .number()
              .nullable()
              .transform((value) => value ?? Number.NaN),
          )
          .describe("In the feature service's order; null is a missing value"),
        strings: z.array(z.string().nullable()),
      }),
    )
    .min(1)
    .max(maxVectors),
});

const comparisonScores = z.object({
  modelVersion: z.string(),
  scores: z.array(z.number().nullable()).describe('Null where the model failed'),
});

@Controller('api/v1/endpoints')
@ApiProblems(404, 409, 503)
export class ScoreVectorsController {
  readonly #score: ScoreForComparison;

  constructor(@Inject(ScoreForComparison) score: ScoreForComparison) {
    this.#score = score;
  }

  @Post(':name/score-vectors')
  @HttpCode(200)
  @ApiJsonBody(vectorsBody, 'Vectors to compare with: no prediction is made of them')
  @ApiJsonResponse(200, comparisonScores)
  score(@Param('name') name: string, @Body() body: unknown): Promise<ComparisonScores> {
    return this.#score.run(name, parseRequest(vectorsBody, body));
  }
}
