import { randomUUID } from 'node:crypto';
import type { Provider, Type } from '@nestjs/common';
import { ServiceLog } from '@millrace/service-kit';
import { SweepsController } from '../entry/sweeps/sweeps.controller.ts';
import { TrialsController } from '../entry/sweeps/trials.controller.ts';
import { CreateRun } from '../flow/runs/create-run.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import { RunWrites } from '../flow/runs/run-writes.ts';
import type { TrackingJournal } from '../flow/tracking-domain.ts';
import { RunSweep } from '../flow/sweeps/run-sweep.ts';
import { MlflowTrialRuns } from '../flow/sweeps/mlflow-trial-runs.ts';
import { TRACKING_JOURNAL } from '../tokens.ts';

export const sweepsControllers: Type[] = [SweepsController, TrialsController];

const now = (): number => Date.now();

/** Hyperparameter sweeps: their trials are runs like any other. */
export const sweepsProviders: Provider[] = [
  {
    provide: RunSweep,
    inject: [TRACKING_JOURNAL, CreateRun, LiveRuns, RunWrites, ServiceLog],
    useFactory: (journal: TrackingJournal, create: CreateRun, live: LiveRuns, writes: RunWrites, told: ServiceLog) =>
      new RunSweep({
        journal,
        runs: new MlflowTrialRuns({ create, live, writes, now }),
        now,
        newRunId: () => randomUUID().replaceAll('-', ''),
        onRunNotClosed: (about) => told.warn('sweep.run-not-closed', about),
      }),
  },
];
