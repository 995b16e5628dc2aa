import type { Provider } from '@nestjs/common';
import { ImportController } from '../entry/import/import.controller.ts';
import { ImportRuns } from '../flow/import/import-runs.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import type { ExperimentsJournal } from '../flow/ports.ts';
import { RunWrites } from '../flow/runs/run-writes.ts';
import { TRACKING_JOURNAL } from '../tokens.ts';

export const importControllers = [ImportController];

/** What comes from another server. */
export const importProviders: Provider[] = [
  {
    provide: ImportRuns,
    inject: [TRACKING_JOURNAL, LiveRuns, RunWrites],
    useFactory: (experiments: ExperimentsJournal, live: LiveRuns, writes: RunWrites) =>
      new ImportRuns(experiments, live, writes),
  },
];
