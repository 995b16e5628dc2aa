import type { Rejected } from '@millrace/events';
import type { Sweep, Trial } from './sweep.ts';

export function sweepNotFound(id: string): Rejected {
  return { ok: false, code: 'SWEEPS_NOT_FOUND', message: `there is no sweep "${id}"` };
}

export function trialNotFound({ id, trials }: Sweep, number: number): Rejected {
  return {
    ok: false,
    code: 'SWEEPS_TRIAL_NOT_FOUND',
    message: `sweep "${id}" has no trial ${number}, it has ${trials.length}`,
  };
}

/** Its worker was silent for too long, and another has the trial. */
export function leaseLost({ number }: Trial, lease: string): Rejected {
  return {
    ok: false,
    code: 'SWEEPS_LEASE_CONFLICT',
    message: `"${lease}" is not the lease of trial ${number}: it was given to another worker. Drop it and ask for the next trial`,
  };
}

export function trialEnded({ number, status, reason }: Trial): Rejected {
  const why = reason === null ? '' : `: ${reason}`;
  return {
    ok: false,
    code: 'SWEEPS_TRIAL_CONFLICT',
    message: `trial ${number} is ${status}${why}. Ask for the next trial`,
  };
}

export function stepTaken({ number, step, value }: Trial, reported: number): Rejected {
  return {
    ok: false,
    code: 'SWEEPS_STEP_CONFLICT',
    message: `trial ${number} has reported ${value ?? 'no number'} after step ${step}, step ${reported} must come with the same value or be higher`,
  };
}

/** For the instance that chose by an older state: it chooses again. */
export const movedOn = 'SWEEPS_MOVED_ON';

export function sweepMovedOn({ id }: Sweep): Rejected {
  return { ok: false, code: movedOn, message: `sweep "${id}" has changed since the trial was chosen` };
}

export function sweepEnded({ id, status }: Sweep, wanted: string): Rejected {
  return { ok: false, code: 'SWEEPS_STATUS_CONFLICT', message: `sweep "${id}" is ${status}: it cannot be ${wanted}` };
}
