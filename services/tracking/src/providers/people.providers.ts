import type { Provider, Type } from '@nestjs/common';
import type { Journal } from '@millrace/events';
import { EventBus } from '@millrace/events';
import {
  Access,
  Comments,
  HttpSubjects,
  openAccess,
  openPeopleJournal,
  type PeopleCommand,
  type PeopleJournal,
  type PeopleState,
} from '@millrace/people';
import { Readiness, SERVICE_CONFIG, ServiceLog, Shutdown } from '@millrace/service-kit';
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
import { TRACKING_JOURNAL, PEOPLE_JOURNAL } from '../tokens.ts';

export const peopleControllers: Type[] = [
  UsersController,
  KeysController,
  RolesController,
  ExperimentGrantsController,
  RunCommentsController,
  ShareLinksController,
];

/** Who asks and what they may. */
export const peopleProviders: Provider[] = [
  {
    provide: PEOPLE_JOURNAL,
    inject: [EventBus, ServiceLog, Readiness, Shutdown],
    useFactory: (bus: EventBus, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) =>
      openPeopleJournal({ bus, log, readiness, shutdown }),
  },
  {
    provide: TrackedSubjects,
    inject: [TRACKING_JOURNAL, LiveRuns, LiveTraces, SERVICE_CONFIG],
    useFactory: (journal: TrackingJournal, runs: LiveRuns, traces: LiveTraces, config: TrackingConfig) => {
      const models = new HttpSubjects(config.upstream.registryUrl, config.access.serviceToken);
      return new TrackedSubjects({ journal, runs, traces, models });
    },
  },
  {
    provide: Comments,
    inject: [PEOPLE_JOURNAL],
    useFactory: (journal: PeopleJournal) => new Comments(journal),
  },
  {
    provide: Access,
    inject: [PEOPLE_JOURNAL, SERVICE_CONFIG, TrackedSubjects],
    useFactory: (journal: Journal<PeopleState, PeopleCommand>, config: TrackingConfig, subjects: TrackedSubjects) =>
      openAccess(journal, config.access, { subjects, table: trackingRoutes }),
  },
];
