import type { Provider, Type } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { CompareController } from '../entry/compare/compare.controller.ts';
import { CompareRuns } from '../flow/compare/compare-runs.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import type { RunHistory } from '../flow/ports.ts';
import { ClickHouseComparedPoints } from '../store/compare/clickhouse-compared-points.ts';
import { RUN_HISTORY } from '../tokens.ts';

export const compareControllers: Type[] = [CompareController];

/** Comparisons of runs. */
export const compareProviders: Provider[] = [
  {
    provide: CompareRuns,
    inject: [LiveRuns, RUN_HISTORY, ClickHouse],
    useFactory: (live: LiveRuns, history: RunHistory, clickhouse: ClickHouse) =>
      new CompareRuns(live, history, new ClickHouseComparedPoints(clickhouse)),
  },
];
