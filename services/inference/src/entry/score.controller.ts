import { randomUUID } from 'node:crypto';
import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, CodedError, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import type { ScoredRow } from '../flow/requested-prediction.ts';
import { ScoreRequest } from '../flow/score-request.ts';
import type { ScoringRequest } from '../flow/scoring-request.ts';
import { rowSeparator } from '../flow/scoring-request.ts';
import { isoTime } from './endpoint-view.ts';

const maxRows = 500;
const entityKeys = z.record(z.string(), z.union([z.string(), z.number()]));
const columns = z.record(z.string(), z.unknown());
const forms = ['entities', 'rows', 'event', 'events'] as const;

const requestId = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (id) => !id.includes(rowSeparator),
    `must not hold "${rowSeparator}": the rows of a request are named with it`,
  );
const scoreHeaders = z.object({ 'idempotency-key': requestId.optional() });

const scoreBody = z
  .strictObject({
    requestId: requestId
      .optional()
      .describe('Or the header Idempotency-Key, drawn when absent. A repeat with the same body is answered the same'),
    entities: entityKeys.optional().describe('One row: entity name to key'),
    request: columns.optional().describe('Request-time columns of that row'),
    rows: z
      .array(z.strictObject({ entities: entityKeys, request: columns.optional() }))
      .min(1)
      .max(maxRows)
      .optional(),
    at: z.iso.datetime().optional().describe('Evaluate entities at this time, which has been, instead of now'),
    event: columns.optional().describe('A whole event, scored as if it had been appended; nothing is written'),
    events: z.array(columns).min(1).max(maxRows).optional(),
  })
  .superRefine((body, context) => {
    const given = forms.filter((form) => body[form] !== undefined);
    if (given.length !== 1) {
      context.addIssue({ code: 'custom', message: `give exactly one of ${forms.join(', ')}`, path: [] });
    }
    if (body.request !== undefined && body.entities === undefined) {
      context.addIssue({ code: 'custom', message: 'belongs to entities', path: ['request'] });
    }
    if (body.at !== undefined && body.entities === undefined && body.rows === undefined) {
      context.addIssue({ code: 'custom', message: 'belongs to entities or rows', path: ['at'] });
    }
  });

const prediction = z.object({
  requestId: z.string(),
  eventId: z.string(),
  endpoint: z.string(),
  status: z.enum(['ok', 'error']),
  error: z.string().nullable(),
  score: z.number().nullable(),
  model: z.string(),
  modelVersion: z.string(),
  artifactHash: z.string(),
  featureService: z.string(),
  featureServiceVersion: z.number(),
  entities: z.record(z.string(), z.string()),
  evaluatedAt: z.string(),
  scoredAt: z.string(),
  features: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
});
type PredictionView = z.infer<typeof prediction>;
const predictions = z.object({ requestId: z.string(), predictions: z.array(prediction) });

@Controller('api/v1/endpoints')
@ApiProblems(404, 409, 422, 503)
export class ScoreController {
  readonly #score: ScoreRequest;

  constructor(@Inject(ScoreRequest) score: ScoreRequest) {
    this.#score = score;
  }

  @Post(':name/score')
  @HttpCode(200)
  @ApiJsonBody(scoreBody, 'One of: entities, rows, event, events')
  @ApiJsonResponse(200, z.union([prediction, predictions]), 'One prediction, or a list for rows and events')
  async score(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: Record<string, string | undefined>,
  ): Promise<PredictionView | z.infer<typeof predictions>> {
    const parsed = parseRequest(scoreBody, body);
    const { 'idempotency-key': key } = parseRequest(scoreHeaders, headers);
    const request = { endpoint: name, requestId: parsed.requestId ?? key ?? randomUUID(), ...toInput(parsed) };
    const scored = (await this.#score.run(request)).map(view);
    const [first] = scored;
    if (request.form === 'many' || first === undefined) return { requestId: request.requestId, predictions: scored };
    if (first.status === 'error') {
      throw new CodedError('INFERENCE_MODEL_FAILED', `the model failed on this row: ${first.error}`);
    }
    return first;
  }
}

function toInput(body: z.output<typeof scoreBody>): Pick<ScoringRequest, 'form' | 'input'> {
  const atMs = body.at === undefined ? null : Date.parse(body.at);
  if (body.entities !== undefined) {
    const row = { entities: body.entities, request: body.request };
    return { input: { kind: 'entities', rows: [row], atMs }, form: 'one' };
  }
  if (body.rows !== undefined) return { input: { kind: 'entities', rows: body.rows, atMs }, form: 'many' };
  if (body.event !== undefined) return { input: { kind: 'events', events: [body.event] }, form: 'one' };
  return { input: { kind: 'events', events: body.events ?? [] }, form: 'many' };
}

function view({ prediction, features }: ScoredRow): PredictionView {
  return {
    requestId: prediction.requestId ?? '',
    eventId: prediction.eventId,
    endpoint: prediction.endpoint,
    status: prediction.status === 'ok' ? 'ok' : 'error',
    error: prediction.error,
    score: prediction.score,
    model: prediction.model,
    modelVersion: prediction.modelVersion,
    artifactHash: prediction.artifactHash,
    featureService: prediction.featureService,
    featureServiceVersion: prediction.featureServiceVersion,
    entities: { ...prediction.entities },
    evaluatedAt: isoTime(prediction.eventTimeMs),
    scoredAt: isoTime(prediction.scoredAtMs),
    features: { ...features },
  };
}
