import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import { EvaluateCandidate } from '../flow/evaluate-candidate.ts';
import { ServeOnlineFeatures, type ServedFeatures } from '../flow/serve-online-features.ts';

const key = z.union([z.string().min(1), z.number()]);
const at = z.union([
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  z.number().int().nonnegative(),
]);
const version = z.number().int().positive().optional();
const rows = z.array(z.record(z.string(), z.unknown())).min(1).max(10_000);

const onlineRequest = z.object({
  featureService: z.string().min(1),
  version,
  entities: z.array(z.record(z.string(), key)).min(1).max(10_000),
  request: rows.optional(),
  at: at.optional(),
});

const candidateRequest = z.union([
  z.object({ event: z.record(z.string(), z.unknown()), version }),
  z.object({ events: rows.max(1_000), version }),
]);

const served = z.object({
  featureService: z.string(),
  version: z.number(),
  featureNames: z.array(z.string()),
  types: z.array(z.string()),
  vectors: z.array(
    z.object({
      entities: z.record(z.string(), z.string()),
      eventTimeMs: z.number(),
      numbers: z.array(z.number().nullable()),
      strings: z.array(z.string().nullable()),
      cuts: z.array(z.object({ partition: z.number(), offset: z.number(), ownOffset: z.number() })),
    }),
  ),
});

const described = served.omit({ vectors: true });
const versionQuery = z.object({ version: z.coerce.number().int().positive().optional() });

@ApiTags('online features')
@ApiProblems(404, 503)
@Controller('api/v1')
export class OnlineFeaturesController {
  readonly #serve: ServeOnlineFeatures;
  readonly #evaluate: EvaluateCandidate;

  constructor(
    @Inject(ServeOnlineFeatures) serve: ServeOnlineFeatures,
    @Inject(EvaluateCandidate) evaluate: EvaluateCandidate,
  ) {
    this.#serve = serve;
    this.#evaluate = evaluate;
  }

  @Post('online-features')
  @HttpCode(200)
  @ApiJsonBody(onlineRequest)
  @ApiJsonResponse(200, served, 'One vector a row, evaluated at the time of the request or at the given one')
  online(@Body() body: unknown): Promise<ServedFeatures> {
    const { at: atMs, ...request } = parseRequest(onlineRequest, body);
    return this.#serve.serve({ ...request, atMs });
  }

  @Get('feature-services/:name')
  @ApiJsonResponse(200, described, 'Names and types of the features of one version, in the order of its vectors')
  describe(@Param('name') name: string, @Query() query: unknown): Promise<Omit<ServedFeatures, 'vectors'>> {
    return this.#serve.describe({ name, version: parseRequest(versionQuery, query).version });
  }

  @Post('feature-services/:name/candidate')
  @HttpCode(200)
  @ApiJsonBody(candidateRequest)
  @ApiJsonResponse(200, served, 'The vector that each event would get if it were published now; nothing is written')
  candidate(@Param('name') name: string, @Body() body: unknown): Promise<ServedFeatures> {
    const request = parseRequest(candidateRequest, body);
    const events = 'event' in request ? [request.event] : request.events;
    return this.#evaluate.evaluate({ name, version: request.version }, events);
  }
}
