import type { Provider, Type } from '@nestjs/common';
import { ArtifactStore } from '@millrace/artifacts';
import { EnvironmentController } from '../entry/environment/environment.controller.ts';
import { EnvironmentOfRun } from '../flow/environment/environment-of-run.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';

export const environmentControllers: Type[] = [EnvironmentController];

/** What runs ran in and on. */
export const environmentProviders: Provider[] = [
  {
    provide: EnvironmentOfRun,
    inject: [LiveRuns, ArtifactStore],
    useFactory: (live: LiveRuns, store: ArtifactStore) => new EnvironmentOfRun(live, store),
  },
];
