import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { Body, Controller, Get, Header, Headers, HttpCode, Inject, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import { BuildTrainingSet, trainingModes } from '../flow/build-training-set.ts';
import { TraceEvent } from '../flow/trace-event.ts';

const trainingSetRequest = z
  .object({
    featureService: z.string().min(1),
    version: z.number().int().positive().optional(),
    mode: z.enum(trainingModes).default('as-known'),
    spine: z
      .array(z.object({ time: z.union([z.string(), z.number()]).optional(), eventId: z.string().optional() }).loose())
      .optional(),
    from: z.string().optional(),
    to: z.string().optional(),
    labels: z.boolean().optional(),
  })
  .refine(({ spine, from, to }) => spine === undefined || (from === undefined && to === undefined), {
    message: 'either the rows (spine) or a range (from, to), not both',
    path: ['spine'],
  });

const traced = z.record(z.string(), z.unknown());

/** Largest page of a streamed answer that is held at once. */
const linesAtOnce = 1_000;

@ApiTags('history')
@ApiProblems(404, 503)
@Controller('api/v1')
export class HistoryController {
  readonly #build: BuildTrainingSet;
  readonly #trace: TraceEvent;
  readonly #access: Access;

  constructor(
    @Inject(BuildTrainingSet) build: BuildTrainingSet,
    @Inject(TraceEvent) trace: TraceEvent,
    @Inject(Access) access: Access,
  ) {
    this.#build = build;
    this.#trace = trace;
    this.#access = access;
  }

  @Post('training-sets')
  @HttpCode(200)
  @Header('content-type', 'application/x-ndjson')
  @ApiJsonBody(
    trainingSetRequest,
    'One row out for every row in, in order, as JSON lines: the row as it came and a column a feature',
  )
  async trainingSet(@Body() body: unknown): Promise<StreamableFile> {
    const rows = await this.#build.build(parseRequest(trainingSetRequest, body));
    return new StreamableFile(Readable.from(jsonLines(rows)), { type: 'application/x-ndjson' });
  }

  @Get('trace/*')
  @ApiJsonResponse(
    200,
    traced,
    "One event's whole way: position, features with the events in their windows, predictions, outcome, SQL",
  )
  trace(@Param('*') eventId: string, @Headers() headers: IncomingHttpHeaders): Promise<object> {
    return this.#trace.trace(eventId, (rows) =>
      this.#access.seen(headers, rows, ({ model }) => ({ kind: 'model', id: model })),
    );
  }
}

async function* jsonLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  let lines: string[] = [];
  for await (const row of rows) {
    lines.push(JSON.stringify(row));
    if (lines.length < linesAtOnce) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}
