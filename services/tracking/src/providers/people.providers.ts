import type { Provider, Type } from '@nestjs/common';
import { HttpSubjects, peopleProviders } from '@millrace/people';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { ExperimentGrantsController } from '../entry/people/experiment-grants.controller.ts';
import { KeysController } from '../entry/people/keys.controller.ts';
import { RolesController } from '../entry/people/roles.controller.ts';
import { RunCommentsController } from '../entry/people/run-comments.controller.ts';
import { ShareLinksController } from '../entry/people/share-links.controller.ts';
import { trackingRoutes } from '../entry/people/tracking-routes.ts';
import { UsersController } from '../entry/people/users.controller.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import { TrackedSubjects } from '../flow/people/tracked-subjects.ts';
import type { TrackingJournal } from '../flow/tracking-domain.ts';
import { LiveTraces } from '../flow/traces/live-traces.ts';
import { TRACKING_JOURNAL } from '../tokens.ts';

export const peopleControllers: Type[] = [
  UsersController,
  KeysController,
  RolesController,
  ExperimentGrantsController,
  RunCommentsController,
  ShareLinksController,
];

/** Who asks and what they may. */
export const guardProviders: Provider[] = [
  {
    provide: TrackedSubjects,
    inject: [TRACKING_JOURNAL, LiveRuns, LiveTraces, SERVICE_CONFIG],
    useFactory: (journal: TrackingJournal, runs: LiveRuns, traces: LiveTraces, config: TrackingConfig) => {
      const models = new HttpSubjects(config.upstream.registryUrl, config.access.serviceToken);
      return new TrackedSubjects({ journal, runs, traces, models });
    },
  },
  ...peopleProviders({ table: trackingRoutes, subjects: TrackedSubjects }),
];
