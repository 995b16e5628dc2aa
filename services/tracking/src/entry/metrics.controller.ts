import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { decodeOffset, encodePageToken, invalidParameter, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonQuery } from '@millrace/service-kit';
import { LiveRuns } from '../flow/live-runs.ts';
import type { RunHistory } from '../flow/ports.ts';
import { notFound } from '../flow/write-refusals.ts';
import { RUN_HISTORY } from '../tokens.ts';
import { metricJson } from './mlflow-json.ts';
import * as requests from './run-requests.ts';

const maxPage = 25_000;
/** Without a page size the whole history comes back; a run of more points is paged. */
const wholeHistory = 1_000_000;

@ApiTags('MLflow: metrics')
@Controller(['api/2.0/mlflow/metrics', 'ajax-api/2.0/mlflow/metrics'])
export class MetricsController {
  readonly #live: LiveRuns;
  readonly #history: RunHistory;

  constructor(@Inject(LiveRuns) live: LiveRuns, @Inject(RUN_HISTORY) history: RunHistory) {
    this.#live = live;
    this.#history = history;
  }

  @Get('get-history')
  @ApiJsonQuery(requests.metricHistory)
  async history(@Query() query: unknown) {
    const {
      metric_key: key,
      page_token: token,
      max_results: wanted,
      ...ids
    } = readRequest(requests.metricHistory, query);
    const runId = requests.runIdOf(ids);
    if (wanted !== undefined && (wanted < 1 || wanted > maxPage)) {
      throw invalidParameter(
        `Invalid value ${wanted} for parameter 'max_results' supplied: it must be between 1 and ${maxPage}`,
      );
    }
    if ((await this.#live.get('run', runId)) === null) throw notFound('run', runId);
    const offset = decodeOffset({ runId, key }, token);
    const size = wanted ?? wholeHistory;
    await this.#live.untilStoredOf(runId);
    const points = await this.#history.metricHistory({ runId, key, limit: size + 1, offset });
    return {
      metrics: points.slice(0, size).map(metricJson),
      ...(points.length > size && { next_page_token: encodePageToken({ runId, key }, offset + size) }),
    };
  }
}
