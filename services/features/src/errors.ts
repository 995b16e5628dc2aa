import { CodedError, type Fault } from '@millrace/service-kit';
import { TransientError, type Applied } from '@millrace/events';

/** The result of a command, or the error that its rejection is. */
export function resultOf(applied: Applied): unknown {
  if (applied.ok) return applied.result;
  const faults = Array.isArray(applied.details) ? (applied.details as Fault[]) : [];
  throw new CodedError(applied.code, applied.message, { faults });
}

export function invalidRequest(faults: readonly Fault[]): CodedError {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new CodedError('REQUEST_INVALID', `${first?.path ?? ''}: ${first?.message ?? 'not accepted'}${more}`, {
    faults,
  });
}

/** Redis has less of a log than was applied once: what it answers is wrong until the owners have caught up again. */
export class StatesRebuilding extends TransientError {
  override readonly code = 'FEATURES_STATES_REBUILDING';
  override readonly name = 'StatesRebuilding';
}
