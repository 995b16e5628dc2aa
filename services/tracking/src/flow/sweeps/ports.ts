import type { Author } from '../runs/run-writes.ts';
import type { Sweep, Trial } from './sweep.ts';

/** The MLflow runs that stand for a sweep and its trials. */
export interface TrialRuns {
  /** Makes the run of an attempt that was begun just now, with its params in it. */
  begin(sweep: Sweep, trial: Trial, author: Author): Promise<void>;
  /** The same for an attempt whose run may be there already. */
  ensure(sweep: Sweep, trial: Trial, author: Author): Promise<void>;
  /** Says on the run what became of the trial. */
  close(trial: Trial, author: Author): Promise<void>;
}
