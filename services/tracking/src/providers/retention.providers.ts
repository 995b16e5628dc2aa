import type { Provider, Type } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { SERVICE_CONFIG, ServiceLog, Shutdown } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { PurgeController } from '../entry/retention/purge.controller.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import type { ExperimentsJournal } from '../flow/ports.ts';
import { PurgeRuns } from '../flow/retention/purge-runs.ts';
import { RunWrites } from '../flow/runs/run-writes.ts';
import { ClickHouseRunErasure } from '../store/retention/clickhouse-run-erasure.ts';
import { TRACKING_JOURNAL } from '../tokens.ts';

const now = (): number => Date.now();

export const retentionControllers: Type[] = [PurgeController];

/** Runs that are taken away for ever. */
export const retentionProviders: Provider[] = [
  {
    provide: PurgeRuns,
    inject: [LiveRuns, RunWrites, TRACKING_JOURNAL, ClickHouse, SERVICE_CONFIG, ServiceLog, Shutdown],
    useFactory: (
      live: LiveRuns,
      writes: RunWrites,
      experiments: ExperimentsJournal,
      clickhouse: ClickHouse,
      config: TrackingConfig,
      log: ServiceLog,
      shutdown: Shutdown,
    ) => {
      const erasure = new ClickHouseRunErasure(clickhouse, now);
      const purge = new PurgeRuns({ live, writes, experiments, erasure, now });
      const retain = async (): Promise<void> => {
        const runs = await purge.purgeDue();
        if (runs > 0) log.info('runs-purged', { runs });
        await purge.erase();
      };
      let running: Promise<void> | undefined;
      const timer = setInterval(() => {
        running ??= retain()
          .catch((error: unknown) => log.warn('retention-failed', { error }))
          .finally(() => (running = undefined));
      }, config.live.retentionEveryMs);
      shutdown.add('consumers', 'retention', async () => {
        clearInterval(timer);
        await running;
      });
      return purge;
    },
  },
];
