export { faultsOfSpace, type SpaceFault } from './check-space.ts';
export { gridSize, hasMoreValuesThan } from './grid.ts';
export {
  cohortSize,
  goesOn,
  halvingRules,
  isPromoted,
  promotedOf,
  ranked,
  rungsOf,
  type Arrival,
  type Halving,
  type HalvingRule,
} from './halving.ts';
export { compareValues, type Goal, type PastTrial } from './past-trial.ts';
export type { Choice, Condition, Distribution, Parameter, Params, SearchSpace } from './search-space.ts';
export { suggest, type Method, type Search } from './suggest.ts';
