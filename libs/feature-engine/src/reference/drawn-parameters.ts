import fc from 'fast-check';
import type { AggregationKind } from '../aggregations/aggregation.ts';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import type { Expression } from '../expressions/expression.ts';
import type { RandomAggregation } from './arbitraries/random-aggregation.ts';

const input = fc.constant<Expression>({ op: 'column', name: 'a' });

/** For tests: parameters as read from random members of a document, none of which may be refused. */
export function drawnParameters<P extends object, S>(
  kind: AggregationKind<P, S>,
  random: RandomAggregation,
): fc.Arbitrary<P> {
  return random({ number: input, boolean: input, text: input }).map((members) => {
    const faults = new Faults();
    const parameters = kind.parse(new ObjectReader(members, '', faults));
    if (faults.list.length > 0) throw new Error(JSON.stringify({ members, faults: faults.list }));
    return parameters;
  });
}
