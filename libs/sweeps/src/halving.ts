import { compareValues, type Goal } from './past-trial.ts';

/**
 * How trials are cut short.
 * - `asha-stopping`: at each rung a trial is compared with those that came there before it, and goes on or is stopped at once.
 * - `asha`: a trial is set aside at a rung until it is among the best 1/reduction there (Li et al. 2018, "A system for massively parallel
 *   hyperparameter tuning", algorithm 2).
 * - `halving`: successive halving (Jamieson and Talwalkar 2016) of cohorts: a rung is judged when all of a cohort have come there.
 */
export const halvingRules = ['asha-stopping', 'asha', 'halving'] as const;
export type HalvingRule = (typeof halvingRules)[number];

export interface Halving {
  readonly rule: HalvingRule;
  /** Steps of the first rung: r of Li et al. */
  readonly minSteps: number;
  /** Steps of a whole trial: R. */
  readonly maxSteps: number;
  /** One in so many goes on: η. */
  readonly reduction: number;
}

/** Steps at which trials are judged: r, rη, rη², … below R. */
export function rungsOf({ minSteps, maxSteps, reduction }: Halving): number[] {
  const rungs: number[] = [];
  for (let steps = minSteps; steps < maxSteps; steps *= reduction) rungs.push(Math.round(steps));
  return rungs;
}

/** Trials that begin together under `halving`, of which one is run to the end. */
export function cohortSize(halving: Halving): number {
  return Math.round(halving.reduction ** rungsOf(halving).length);
}

/** What a trial had reached at a rung. */
export interface Arrival {
  readonly number: number;
  readonly value: number | null;
}

/** The best first; of equal ones the earlier trial. */
export function ranked<A extends Arrival>(arrivals: readonly A[], goal: Goal): A[] {
  return arrivals.toSorted((a, b) => compareValues(a.value, b.value, goal) || a.number - b.number);
}

/** How many are better, in one pass. */
function rankOf(own: Arrival, arrivals: readonly Arrival[], goal: Goal): number {
  let better = 0;
  for (const other of arrivals) {
    const order = compareValues(other.value, own.value, goal) || other.number - own.number;
    if (order < 0) better += 1;
  }
  return better;
}

/** How many of so many go on under ASHA: none of fewer than η. */
export function promotedOf(arrivals: number, reduction: number): number {
  return Math.floor(arrivals / reduction);
}

/** `asha`: whether a trial is among the best 1/η that have come to its rung so far. `arrivals` hold the trial itself. */
export function isPromoted(own: Arrival, arrivals: readonly Arrival[], by: { reduction: number; goal: Goal }): boolean {
  return own.value !== null && rankOf(own, arrivals, by.goal) < promotedOf(arrivals.length, by.reduction);
}

/**
 * `asha-stopping`: whether a trial may go on beyond its rung. While fewer than η have come, the best so far does: nothing can be
 * set aside, and a first trial that stopped would leave nothing to compare with.
 */
export function goesOn(own: Arrival, arrivals: readonly Arrival[], by: { reduction: number; goal: Goal }): boolean {
  const promoted = Math.max(1, promotedOf(arrivals.length, by.reduction));
  return own.value !== null && rankOf(own, arrivals, by.goal) < promoted;
}
