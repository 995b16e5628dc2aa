import { Module } from '@nestjs/common';
import { artifactControllers, artifactProviders } from './providers/artifact.providers.ts';
import { auditControllers, auditProviders } from './providers/audit.providers.ts';
import { datasetsControllers, datasetsProviders } from './providers/datasets.providers.ts';
import { compareControllers, compareProviders } from './providers/compare.providers.ts';
import { environmentControllers, environmentProviders } from './providers/environment.providers.ts';
import { ExperimentsController } from './entry/experiments/experiments.controller.ts';
import { LoggedModelsController } from './entry/runs/logged-models.controller.ts';
import { MetricsController } from './entry/runs/metrics.controller.ts';
import { RunLoggingController } from './entry/runs/run-logging.controller.ts';
import { RunsController } from './entry/runs/runs.controller.ts';
import { ScorersController } from './entry/scorers/scorers.controller.ts';
import { ServerController } from './entry/server.controller.ts';
import { flowProviders } from './providers/flow.providers.ts';
import { liveControllers, liveProviders } from './providers/live.providers.ts';
import { retentionControllers, retentionProviders } from './providers/retention.providers.ts';
import { searchProviders } from './providers/search.providers.ts';
import { importControllers, importProviders } from './providers/import.providers.ts';
import { guardProviders, peopleControllers } from './providers/people.providers.ts';
import { storeProviders } from './providers/store.providers.ts';
import { sweepsControllers, sweepsProviders } from './providers/sweeps.providers.ts';
import { tracesControllers, tracesProviders } from './providers/traces.providers.ts';
import { uiControllers, uiProviders } from './providers/ui.providers.ts';

@Module({
  controllers: [
    ServerController,
    ExperimentsController,
    RunsController,
    RunLoggingController,
    MetricsController,
    ...artifactControllers,
    LoggedModelsController,
    ScorersController,
    ...tracesControllers,
    ...uiControllers,
    ...sweepsControllers,
    ...importControllers,
    ...auditControllers,
    ...peopleControllers,
    ...datasetsControllers,
    ...liveControllers,
    ...environmentControllers,
    ...compareControllers,
    ...retentionControllers,
  ],
  providers: [
    ...storeProviders,
    ...flowProviders,
    ...searchProviders,
    ...artifactProviders,
    ...tracesProviders,
    ...uiProviders,
    ...sweepsProviders,
    ...importProviders,
    ...auditProviders,
    ...guardProviders,
    ...datasetsProviders,
    ...liveProviders,
    ...environmentProviders,
    ...compareProviders,
    ...retentionProviders,
  ],
})
export class TrackingModule {}
