import type { Domain } from '@millrace/events';
import { watchExperiments } from './audit/watch-experiments.ts';
import { watchSweeps } from './audit/watch-sweeps.ts';
import { experimentsDomain, type ExperimentCommand, type ExperimentsState } from './experiments/experiments.ts';
import { sweepCommandTypes, type SweepCommand } from './sweeps/sweep-commands.ts';
import type { SweepsState } from './sweeps/sweep.ts';
import { applySweepCommand, initialSweeps } from './sweeps/sweeps-domain.ts';

export type TrackingState = ExperimentsState & SweepsState;
export type TrackingCommand = ExperimentCommand | SweepCommand;

const sweepTypes: ReadonlySet<string> = new Set(sweepCommandTypes);
const isOfSweeps = (command: TrackingCommand): command is SweepCommand => sweepTypes.has(command.type);

/** All that tracking's journal settles, each part by its own rules, in one order. */
export const trackingDomain: Domain<TrackingState, TrackingCommand> = {
  types: [...experimentsDomain.types, ...sweepCommandTypes],
  initial: () => ({ ...experimentsDomain.initial(), ...initialSweeps() }),
  watch: (state, command) => (isOfSweeps(command) ? watchSweeps(state, command) : watchExperiments(state, command)),
  apply: (state, command, meta) =>
    isOfSweeps(command) ? applySweepCommand(state, command, meta) : experimentsDomain.apply(state, command, meta),
};
