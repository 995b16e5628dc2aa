import type fc from 'fast-check';
import type { Expression } from '../../expressions/expression.ts';

/** For tests: inputs over the columns of random events. */
export interface RandomInputs {
  readonly number: fc.Arbitrary<Expression>;
  readonly boolean: fc.Arbitrary<Expression>;
  readonly text: fc.Arbitrary<Expression>;
}

/** For tests: the `input` (if any) and the own members of random features of one aggregation; windows and the rest come from elsewhere. */
export type RandomAggregation = (inputs: RandomInputs) => fc.Arbitrary<object>;
