import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { encodePageToken, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonQuery } from '@millrace/service-kit';
import type { FastifyReply } from 'fastify';
import { LiveRuns } from '../../flow/runs/live-runs.ts';
import { metricPages, type MetricHistory, type MetricPoint } from '../../flow/runs/metric-history.ts';
import { METRIC_HISTORY } from '../../tokens.ts';
import { metricIntervals, pointOfRunJson, untilReadable } from './metric-intervals.ts';
import * as requests from './metric-requests.ts';
import { runIdOf } from './run-requests.ts';
import { sendJsonStream } from '../send-json-stream.ts';

@ApiTags('MLflow: metrics')
@Controller(['api/2.0/mlflow/metrics', 'ajax-api/2.0/mlflow/metrics'])
export class MetricsController {
  readonly #live: LiveRuns;
  readonly #history: MetricHistory;

  constructor(@Inject(LiveRuns) live: LiveRuns, @Inject(METRIC_HISTORY) history: MetricHistory) {
    this.#live = live;
    this.#history = history;
  }

  @Get('get-history')
  @ApiJsonQuery(requests.metricHistory)
  async history(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const request = readRequest(requests.metricHistory, query);
    const { metric_key: key, page_token: token, max_results: size } = request;
    const runId = runIdOf(request);
    requests.checkPageSize(size);
    const after = requests.placeOfToken({ runId, key }, token);
    await untilReadable(this.#live, [runId]);
    await sendJsonStream(reply, this.#historyJson({ runId, key, after, size }));
  }

  @Get('get-history-bulk')
  @ApiJsonQuery(requests.metricHistoryBulk)
  async bulk(@Query() query: unknown) {
    const { runIds, key, limit } = requests.checkBulk(readRequest(requests.metricHistoryBulk, query));
    await Promise.all(runIds.map((id) => this.#live.untilStoredOf(id)));
    const points = await this.#history.firstOfRuns({ runIds, key, limit });
    return { metrics: points.map((point) => pointOfRunJson(key, point)) };
  }

  @Get('get-history-bulk-interval')
  @ApiJsonQuery(requests.metricHistoryInterval)
  interval(@Query() query: unknown) {
    return metricIntervals({ live: this.#live, history: this.#history }, query);
  }

  async *#historyJson(of: {
    runId: string;
    key: string;
    after: MetricPoint | undefined;
    size: number | undefined;
  }): AsyncGenerator<string, void, void> {
    const { runId, key, after, size = Number.POSITIVE_INFINITY } = of;
    const limit = Math.min(size + 1, 20_000);
    let sent = 0;
    let last = after;
    let piece = '{"metrics":[';
    for await (const points of metricPages(this.#history, { runId, key, after }, limit)) {
      const page = points.slice(0, size - sent);
      piece += page.map((point, index) => (sent + index === 0 ? '' : ',') + pointJson(key, point)).join('');
      sent += page.length;
      last = page.at(-1) ?? last;
      // One more than was asked for tells that there is a next page.
      if (page.length < points.length) {
        const next = last && encodePageToken({ runId, key }, requests.placeInToken(last));
        yield `${piece}],"next_page_token":${JSON.stringify(next)}}`;
        return;
      }
      yield piece;
      piece = '';
    }
    yield `${piece}]}`;
  }
}

/** Written by hand: a history is many equal objects. */
function pointJson(key: string, { timestampMs, step, value }: MetricPoint): string {
  return `{"key":${JSON.stringify(key)},"value":${Number.isNaN(value) ? '"NaN"' : value},"timestamp":${timestampMs},"step":${step}}`;
}
