import type { Experiment } from '../experiments/experiments.ts';

/** How many days the deleted runs of an experiment are kept, and those of a deleted experiment; without it for ever. */
const keptDaysTag = 'millrace.deletedRunsKeptDays';
const dayMs = 24 * 60 * 60 * 1000;

/** Runs of the experiment that were deleted before this time are to be purged; null when none are. A tag that is no number says nothing. */
export function purgeBefore(experiment: Experiment, nowMs: number): number | null {
  const tag = experiment.tags.get(keptDaysTag) ?? '';
  return /^\d{1,5}(\.\d{1,6})?$/.test(tag) ? nowMs - Number(tag) * dayMs : null;
}

/** Whether all runs of the experiment were deleted with it before the time. */
export function wasDeletedBefore(experiment: Experiment, beforeMs: number): boolean {
  return experiment.lifecycleStage === 'deleted' && experiment.updatedAtMs < beforeMs;
}
