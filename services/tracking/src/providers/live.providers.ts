import type { Provider, Type } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { SERVICE_CONFIG, ServiceMetrics, Shutdown } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { RunEventsController } from '../entry/live/run-events.controller.ts';
import { runJson } from '../entry/mlflow-json.ts';
import { RunFeeds } from '../flow/live/run-feeds.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import type { ExperimentsJournal, RunHistory } from '../flow/ports.ts';
import { SearchRuns } from '../flow/runs/search-runs.ts';
import { ClickHouseRunWrites } from '../store/live/clickhouse-run-writes.ts';
import { TRACKING_JOURNAL, RUN_HISTORY } from '../tokens.ts';

const heartbeatMs = 15_000;
const maxQueueBytes = 1 << 20;

export const liveControllers: Type[] = [RunEventsController];

/** Subscriptions. */
export const liveProviders: Provider[] = [
  {
    provide: RunFeeds,
    inject: [LiveRuns, RUN_HISTORY, ClickHouse, TRACKING_JOURNAL, SearchRuns, SERVICE_CONFIG, ServiceMetrics, Shutdown],
    useFactory: (
      live: LiveRuns,
      history: RunHistory,
      clickhouse: ClickHouse,
      experiments: ExperimentsJournal,
      search: SearchRuns,
      config: TrackingConfig,
      metrics: ServiceMetrics,
      shutdown: Shutdown,
    ) => {
      const feeds = new RunFeeds(
        { live, history, writes: new ClickHouseRunWrites(clickhouse), stateOf: (head) => runJson(head) },
        { experiments, search },
        { heartbeatMs, maxQueueBytes, maxFeeds: config.live.maxSubscriptions },
      );
      // Before the server waits for its requests: these would never end.
      shutdown.add('http', 'subscriptions', () => feeds.close());
      metrics.gauge({
        name: 'subscriptions_open_count',
        help: 'Subscriptions to runs and experiments that are open.',
        collect: (gauge) => gauge.set(feeds.count),
      });
      return feeds;
    },
  },
];
