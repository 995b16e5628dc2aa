import type { Provider, Type } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import { registryAddress, type TrackingConfig } from '../config.ts';
import { DatasetsController } from '../entry/ui/datasets.controller.ts';
import type { GraphqlSources } from '../entry/ui/graphql-operations.ts';
import { GraphqlController } from '../entry/ui/graphql.controller.ts';
import { GatewayProxyController } from '../entry/ui/gateway-proxy.controller.ts';
import { TelemetryController } from '../entry/ui/telemetry.controller.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import type { MetricHistory } from '../flow/runs/metric-history.ts';
import type { ExperimentsJournal } from '../flow/ports.ts';
import { SearchDatasets } from '../flow/runs/search-datasets.ts';
import { SearchRuns } from '../flow/runs/search-runs.ts';
import { StoredArtifacts } from '../flow/artifacts/stored-artifacts.ts';
import { ClickHouseDatasetSummaries } from '../store/runs/clickhouse-dataset-summaries.ts';
import { HttpRegisteredVersions } from '../store/http-registered-versions.ts';
import { TRACKING_JOURNAL, GRAPHQL_SOURCES, METRIC_HISTORY } from '../tokens.ts';

export const uiControllers: Type[] = [
  GraphqlController,
  DatasetsController,
  TelemetryController,
  GatewayProxyController,
];

/** What MLflow's user interface asks for beyond what its clients do. */
export const uiProviders: Provider[] = [
  {
    provide: SearchDatasets,
    inject: [LiveRuns, ClickHouse],
    useFactory: (live: LiveRuns, clickhouse: ClickHouse) =>
      new SearchDatasets(live, new ClickHouseDatasetSummaries(clickhouse)),
  },
  {
    provide: GRAPHQL_SOURCES,
    inject: [TRACKING_JOURNAL, LiveRuns, SearchRuns, SearchDatasets, METRIC_HISTORY, StoredArtifacts, SERVICE_CONFIG],
    useFactory: (
      experiments: ExperimentsJournal,
      live: LiveRuns,
      runs: SearchRuns,
      datasets: SearchDatasets,
      history: MetricHistory,
      artifacts: StoredArtifacts,
      config: TrackingConfig,
    ): GraphqlSources => ({
      experiments,
      live,
      runs,
      datasets,
      history,
      artifacts,
      registryFor: (authorization) => new HttpRegisteredVersions({ ...registryAddress(config), authorization }),
    }),
  },
];
