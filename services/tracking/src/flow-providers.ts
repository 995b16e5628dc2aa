import { randomUUID } from 'node:crypto';
import type { Provider } from '@nestjs/common';
import { DiskArtifactStore } from '@millrace/artifacts';
import { SERVICE_CONFIG, ServiceLog, ServiceMetrics, untilAvailable } from '@millrace/service-kit';
import type { TrackingConfig } from './config.ts';
import { CreateLoggedModel } from './flow/create-logged-model.ts';
import { CreateRun } from './flow/create-run.ts';
import { LiveRuns } from './flow/live-runs.ts';
import { LogToRun } from './flow/log-to-run.ts';
import type { ExperimentsJournal, RunHistory } from './flow/ports.ts';
import { RunWrites } from './flow/run-writes.ts';
import { SearchRuns } from './flow/search-runs.ts';
import { StoredArtifacts } from './flow/stored-artifacts.ts';
import { RunEventsPublisher } from './publish/run-events.publisher.ts';
import { KafkaRunLog } from './store/kafka-run-log.ts';
import { EXPERIMENTS_JOURNAL, RUN_HISTORY } from './tokens.ts';

const now = (): number => Date.now();
const hex = (): string => randomUUID().replaceAll('-', '');

/** What the service does, built from what it stores. */
export const flowProviders: Provider[] = [
  {
    provide: LiveRuns,
    inject: [KafkaRunLog, RUN_HISTORY, SERVICE_CONFIG, ServiceMetrics, ServiceLog],
    useFactory: async (
      runLog: KafkaRunLog,
      history: RunHistory,
      config: TrackingConfig,
      metrics: ServiceMetrics,
      log: ServiceLog,
    ) => {
      const live = new LiveRuns(runLog, history, config.live);
      await untilAvailable(log, 'run log', () => live.follow());
      metrics.gauge({
        name: 'live_facts_count',
        help: 'Facts of runs held in memory.',
        collect: (gauge) => gauge.set(live.heldFacts),
      });
      return live;
    },
  },
  {
    provide: RunWrites,
    inject: [LiveRuns, RunEventsPublisher],
    useFactory: (live: LiveRuns, events: RunEventsPublisher) => new RunWrites(live, events, { now, newId: randomUUID }),
  },
  {
    provide: CreateRun,
    inject: [EXPERIMENTS_JOURNAL, RunWrites],
    useFactory: (experiments: ExperimentsJournal, writes: RunWrites) =>
      new CreateRun(experiments, writes, { now, random: Math.random, newRunId: hex }),
  },
  {
    provide: CreateLoggedModel,
    inject: [EXPERIMENTS_JOURNAL, RunWrites],
    useFactory: (experiments: ExperimentsJournal, writes: RunWrites) =>
      new CreateLoggedModel(experiments, writes, { random: Math.random, newModelId: () => `m-${hex()}` }),
  },
  {
    provide: LogToRun,
    inject: [RunWrites, LiveRuns],
    useFactory: (writes: RunWrites, live: LiveRuns) => new LogToRun(writes, live),
  },
  {
    provide: SearchRuns,
    inject: [EXPERIMENTS_JOURNAL, LiveRuns, RUN_HISTORY],
    useFactory: (experiments: ExperimentsJournal, live: LiveRuns, history: RunHistory) =>
      new SearchRuns(experiments, live, history),
  },
  {
    provide: StoredArtifacts,
    inject: [DiskArtifactStore, LiveRuns, RunWrites],
    useFactory: (store: DiskArtifactStore, live: LiveRuns, writes: RunWrites) =>
      new StoredArtifacts(store, live, writes),
  },
];
