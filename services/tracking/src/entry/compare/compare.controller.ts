import { Body, Controller, Get, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { jsonNumber } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery, ApiProblems, parseRequest } from '@millrace/service-kit';
import type { FastifyReply } from 'fastify';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { CompareRuns, maxComparedRuns, type Comparison } from '../../flow/compare/compare-runs.ts';
import { runInfoJson } from '../mlflow-json.ts';
import { sendJsonStream } from '../send-json-stream.ts';
import { comparePage } from './compare-page.ts';

const id = z.string().regex(/^[\w-]{1,256}$/, 'is not a run id: 1 to 256 letters, digits, _ and -');
const fields = {
  run_ids: z
    .array(id)
    .min(1, 'names no run')
    .max(maxComparedRuns, `names more than ${maxComparedRuns} runs`)
    .transform((ids) => [...new Set(ids)]),
  histories: z
    .array(z.string().min(1).max(250))
    .max(20, 'names more than 20 metrics')
    .default([])
    .transform((keys) => [...new Set(keys)]),
};
const points = (number: z.ZodNumber | z.ZodCoercedNumber) => number.int().min(4).max(2000).default(200);
const body = z.strictObject({ ...fields, points: points(z.number()) });
const listed = (value: unknown): unknown => (typeof value === 'string' ? [value] : value);
const query = z.object({
  run_ids: z.preprocess(listed, fields.run_ids),
  histories: z.preprocess(listed, fields.histories),
  points: points(z.coerce.number()),
});

@ApiTags('comparison')
@ApiProblems(404, 413, 503)
@Controller()
export class CompareController {
  readonly #compare: CompareRuns;

  constructor(@Inject(CompareRuns) compare: CompareRuns) {
    this.#compare = compare;
  }

  @Get('api/v1/compare')
  @ApiJsonQuery(query)
  async get(@Query() input: unknown, @Res() reply: FastifyReply): Promise<void> {
    await sendJsonStream(reply, comparisonJson(await this.#compare.compare(asked(parseRequest(query, input)))));
  }

  /** The same for more runs than an address holds. */
  @Post('api/v1/compare')
  @HttpCode(200)
  @ApiJsonBody(body)
  async post(@Body() input: unknown, @Res() reply: FastifyReply): Promise<void> {
    await sendJsonStream(reply, comparisonJson(await this.#compare.compare(asked(parseRequest(body, input)))));
  }

  /** The comparison as a page: `/compare?runs=ID,ID`. */
  @Get('compare')
  page(@Res() reply: FastifyReply): void {
    const nonce = randomBytes(16).toString('base64');
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header(
        'content-security-policy',
        `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
      .send(comparePage(nonce));
  }
}

function asked({ run_ids: runIds, histories, points: count }: z.output<typeof body>) {
  return { runIds, histories, points: count };
}

async function* comparisonJson(comparison: Comparison): AsyncGenerator<string, void, void> {
  const { runs, params, tags, metrics, histories } = comparison;
  yield `{"runs":${JSON.stringify(runs.map((run) => runInfoJson(run)))},"params":${JSON.stringify(params)},"tags":${JSON.stringify(tags)},"metrics":{`;
  let separator = '';
  for (const [key, { latest, min, max }] of metrics) {
    const values = { latest: latest.map((value) => (value === null ? null : jsonNumber(value))), min, max };
    yield `${separator}${JSON.stringify(key)}:${JSON.stringify(values)}`;
    separator = ',';
  }
  yield '},"histories":[';
  separator = '';
  for await (const { key, points: found } of histories) {
    const byRun = Map.groupBy(found, (point) => point.runId);
    for (const { id: runId } of runs) {
      const ofRun = byRun.get(runId);
      if (ofRun === undefined) continue;
      const rows = ofRun.map(({ step, timestampMs, value }) => [step, timestampMs, jsonNumber(value)]);
      yield `${separator}${JSON.stringify({ run_id: runId, metric: key, points: rows })}`;
      separator = ',';
    }
  }
  yield ']}';
}
