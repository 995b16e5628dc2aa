import type { Provider } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { SERVICE_CONFIG, ServiceMetrics } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import type { ExperimentsJournal, RunHistory, StoredRuns } from '../flow/ports.ts';
import { RunIndexes, type IndexStore } from '../flow/run-index/run-indexes.ts';
import { SearchRuns } from '../flow/runs/search-runs.ts';
import { ClickHouseMetricHistory } from '../store/runs/clickhouse-metric-history.ts';
import { TRACKING_JOURNAL, METRIC_HISTORY, RUN_HISTORY } from '../tokens.ts';

/** Searches and histories. */
export const searchProviders: Provider[] = [
  {
    provide: METRIC_HISTORY,
    inject: [ClickHouse],
    useFactory: (clickhouse: ClickHouse) => new ClickHouseMetricHistory(clickhouse),
  },
  {
    provide: RunIndexes,
    inject: [LiveRuns, RUN_HISTORY, SERVICE_CONFIG, ServiceMetrics],
    useFactory: (live: LiveRuns, store: IndexStore, config: TrackingConfig, metrics: ServiceMetrics) => {
      const untilStored = (): Promise<void> => live.untilStored();
      const { maxIndexBytes: maxBytes } = config.live;
      const indexes = new RunIndexes(store, { maxBytes, now: () => Date.now(), untilStored });
      live.onFolded(indexes);
      metrics.gauge({
        name: 'run_index_bytes',
        help: 'Memory that the indexes of runs take, about.',
        collect: (gauge) => gauge.set(indexes.heldBytes),
      });
      return indexes;
    },
  },
  {
    provide: SearchRuns,
    inject: [TRACKING_JOURNAL, LiveRuns, RunIndexes, RUN_HISTORY],
    useFactory: (
      experiments: ExperimentsJournal,
      live: LiveRuns,
      indexes: RunIndexes,
      store: RunHistory & StoredRuns,
    ) => new SearchRuns({ experiments, live, indexes, store }),
  },
];
