import type { Domain, Journal } from '@millrace/events';
import { watchDatasets } from './audit/watch-datasets.ts';
import { watchExperiments } from './audit/watch-experiments.ts';
import { watchScorers } from './audit/watch-scorers.ts';
import { watchSweeps } from './audit/watch-sweeps.ts';
import {
  applyDatasetCommand,
  datasetCommandTypes,
  isDatasetCommand,
  type DatasetCommand,
  type DatasetsState,
} from './datasets/dataset-commands.ts';
import { experimentsDomain, type ExperimentCommand, type ExperimentsState } from './experiments/experiments.ts';
import {
  applyScorerCommand,
  isScorerCommand,
  scorerTypes,
  type ScorerCommand,
  type ScorersState,
} from './scorers/scorers.ts';
import { sweepCommandTypes, type SweepCommand } from './sweeps/sweep-commands.ts';
import type { SweepsState } from './sweeps/sweep.ts';
import { applySweepCommand, initialSweeps } from './sweeps/sweeps-domain.ts';

export type TrackingState = ExperimentsState & ScorersState & DatasetsState & SweepsState;
export type TrackingCommand = ExperimentCommand | ScorerCommand | DatasetCommand | SweepCommand;
export type TrackingJournal = Pick<Journal<TrackingState, TrackingCommand>, 'submit' | 'read' | 'state'>;

const sweepTypes: ReadonlySet<string> = new Set(sweepCommandTypes);
const isOfSweeps = (command: TrackingCommand): command is SweepCommand => sweepTypes.has(command.type);

/** All that tracking's journal settles, each part by its own rules, in one order. */
export const trackingDomain: Domain<TrackingState, TrackingCommand> = {
  types: [...experimentsDomain.types, ...scorerTypes, ...datasetCommandTypes, ...sweepCommandTypes],
  initial: () => ({
    ...experimentsDomain.initial(),
    scorers: new Map(),
    datasets: new Map(),
    ...initialSweeps(),
  }),
  watch(state, command) {
    if (isOfSweeps(command)) return watchSweeps(state, command);
    if (isScorerCommand(command)) return watchScorers(state, command);
    if (isDatasetCommand(command)) return watchDatasets(state, command);
    return watchExperiments(state, command);
  },
  apply(state, command, meta) {
    if (isOfSweeps(command)) return applySweepCommand(state, command, meta);
    if (isScorerCommand(command)) return applyScorerCommand(state, command, meta);
    if (isDatasetCommand(command)) return applyDatasetCommand(state, command, meta);
    return experimentsDomain.apply(state, command, meta);
  },
};
