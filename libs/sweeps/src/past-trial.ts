import type { Params } from './search-space.ts';

export type Goal = 'minimise' | 'maximise';

/** What a method may know of an earlier trial. */
export interface PastTrial {
  readonly params: Params;
  /** `stopped`: ended or set aside before its last step, with the value it had reached. */
  readonly state: 'running' | 'complete' | 'stopped' | 'failed';
  /** Null: not a number, or none yet. */
  readonly value: number | null;
  /** Steps that `value` has taken. */
  readonly step: number;
}

/** Order of values, the better first. What is no number is worse than any number. */
export function compareValues(a: number | null, b: number | null, goal: Goal): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return goal === 'minimise' ? a - b : b - a;
}
