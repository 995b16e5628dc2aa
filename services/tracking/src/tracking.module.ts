import { Module } from '@nestjs/common';
import { artifactControllers, artifactProviders } from './artifact-providers.ts';
import { auditControllers, auditProviders } from './audit-providers.ts';
import { datasetsControllers, datasetsProviders } from './datasets-providers.ts';
import { compareControllers, compareProviders } from './compare-providers.ts';
import { environmentControllers, environmentProviders } from './environment-providers.ts';
import { ExperimentsController } from './entry/experiments.controller.ts';
import { LoggedModelsController } from './entry/logged-models.controller.ts';
import { MetricsController } from './entry/metrics.controller.ts';
import { RunLoggingController } from './entry/run-logging.controller.ts';
import { RunsController } from './entry/runs.controller.ts';
import { ScorersController } from './entry/scorers/scorers.controller.ts';
import { ServerController } from './entry/server.controller.ts';
import { flowProviders } from './flow-providers.ts';
import { liveControllers, liveProviders } from './live-providers.ts';
import { retentionControllers, retentionProviders } from './retention-providers.ts';
import { searchProviders } from './search-providers.ts';
import { importControllers, importProviders } from './import-providers.ts';
import { peopleControllers, peopleProviders } from './people-providers.ts';
import { storeProviders } from './store-providers.ts';
import { sweepsControllers, sweepsProviders } from './sweeps-providers.ts';
import { tracesControllers, tracesProviders } from './traces-providers.ts';
import { uiControllers, uiProviders } from './ui-providers.ts';

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
    ...peopleProviders,
    ...datasetsProviders,
    ...liveProviders,
    ...environmentProviders,
    ...compareProviders,
    ...retentionProviders,
  ],
})
export class TrackingModule {}
