import { randomUUID } from 'node:crypto';
import type { Provider } from '@nestjs/common';
import { SERVICE_CONFIG, ServiceLog, ServiceMetrics, Shutdown, untilAvailable } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { CreateLoggedModel } from '../flow/runs/create-logged-model.ts';
import { CreateRun } from '../flow/runs/create-run.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import { LogToRun } from '../flow/runs/log-to-run.ts';
import type { ExperimentsJournal, RunHistory } from '../flow/ports.ts';
import { RefusedWrites } from '../flow/runs/refused-writes.ts';
import { RunWrites } from '../flow/runs/run-writes.ts';
import { RunEventsPublisher } from '../publish/run-events.publisher.ts';
import { KafkaRunLog } from '../store/runs/kafka-run-log.ts';
import { TRACKING_JOURNAL, RUN_HISTORY } from '../tokens.ts';

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
        name: 'live_runs_bytes',
        help: 'What the runs in memory take, about.',
        collect: (gauge) => gauge.set(live.heldBytes),
      });
      return live;
    },
  },
  {
    provide: RefusedWrites,
    inject: [LiveRuns, RunEventsPublisher, ServiceMetrics, Shutdown],
    useFactory: (live: LiveRuns, events: RunEventsPublisher, metrics: ServiceMetrics, shutdown: Shutdown) => {
      const refused = new RefusedWrites({ now, newId: randomUUID, append: (event) => events.append(event) });
      live.onRefused(refused);
      const repairs = setInterval(() => void refused.repair(), 1000);
      shutdown.add('consumers', 'refused writes', () => clearInterval(repairs));
      metrics.gauge({
        name: 'refused_writes_open_count',
        help: 'Writes that lie in the log, were refused, and are not voided yet.',
        collect: (gauge) => gauge.set(refused.open),
      });
      return refused;
    },
  },
  {
    provide: RunWrites,
    inject: [LiveRuns, RunEventsPublisher, TRACKING_JOURNAL, RefusedWrites],
    useFactory: (live: LiveRuns, events: RunEventsPublisher, experiments: ExperimentsJournal, refused: RefusedWrites) =>
      new RunWrites({ live, events, experiments, refused }, { now, newId: randomUUID }),
  },
  {
    provide: CreateRun,
    inject: [TRACKING_JOURNAL, RunWrites],
    useFactory: (experiments: ExperimentsJournal, writes: RunWrites) =>
      new CreateRun(experiments, writes, { now, random: Math.random, newRunId: hex }),
  },
  {
    provide: CreateLoggedModel,
    inject: [TRACKING_JOURNAL, RunWrites],
    useFactory: (experiments: ExperimentsJournal, writes: RunWrites) =>
      new CreateLoggedModel(experiments, writes, { random: Math.random, newModelId: () => `m-${hex()}` }),
  },
  {
    provide: LogToRun,
    inject: [RunWrites, LiveRuns],
    useFactory: (writes: RunWrites) => new LogToRun(writes),
  },
];
