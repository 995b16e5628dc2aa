import type { Expression } from './expression.ts';

export type Reference = Extract<Expression, { op: 'column' | 'feature' | 'event-time' }>;

/** Every column, feature and event time that an expression reads, in the order of reading. */
export function references(expression: Expression): Reference[] {
  switch (expression.op) {
    case 'column':
    case 'feature':
    case 'event-time':
      return [expression];
    case 'literal':
      return [];
    case 'case':
      return [
        ...expression.when.flatMap((branch) => [...references(branch.if), ...references(branch.value)]),
        ...(expression.else === undefined ? [] : references(expression.else)),
      ];
    default:
      return expression.args.flatMap(references);
  }
}
