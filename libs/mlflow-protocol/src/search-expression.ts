export const comparators = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'LIKE',
  'ILIKE',
  'RLIKE',
  'IN',
  'NOT IN',
  'IS NULL',
  'IS NOT NULL',
] as const;
export type Comparator = (typeof comparators)[number];

/** `metrics.auc > 0.9` is `{ entity: 'metrics', key: 'auc', comparator: '>', value: 0.9 }`; a bare key has no entity. */
export interface Clause {
  readonly entity: string | null;
  readonly key: string;
  readonly comparator: Comparator;
  /** Absent for IS NULL and IS NOT NULL, a list for IN and NOT IN. */
  readonly value: string | number | readonly (string | number)[] | null;
}

/**
 * What a filter asks, as a tree. An `and` without terms holds of everything: it is what an empty filter says. `C` is a
 * clause as it was written, or what a search has made of it.
 */
export type Expression<C = Clause> =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Expression<C>[] }
  | { readonly kind: 'not'; readonly term: Expression<C> }
  | { readonly kind: 'comparison'; readonly clause: C };

/** The same tree over what `change` makes of each clause. */
export function mapExpression<C, D>(expression: Expression<C>, change: (clause: C) => D): Expression<D> {
  switch (expression.kind) {
    case 'comparison':
      return { kind: 'comparison', clause: change(expression.clause) };
    case 'not':
      return { kind: 'not', term: mapExpression(expression.term, change) };
    default:
      return { kind: expression.kind, terms: expression.terms.map((term) => mapExpression(term, change)) };
  }
}

/**
 * Whether the tree holds where `holds` says it of one clause. Two-valued: NOT is true of all that its term is not true
 * of, also of what lacks the key.
 */
export function matchesExpression<C>(expression: Expression<C>, holds: (clause: C) => boolean): boolean {
  switch (expression.kind) {
    case 'comparison':
      return holds(expression.clause);
    case 'not':
      return !matchesExpression(expression.term, holds);
    case 'and':
      return expression.terms.every((term) => matchesExpression(term, holds));
    case 'or':
      return expression.terms.some((term) => matchesExpression(term, holds));
  }
}

/** All clauses of the tree, in the order in which they were written. */
export function comparisonsIn<C>(expression: Expression<C>): C[] {
  switch (expression.kind) {
    case 'comparison':
      return [expression.clause];
    case 'not':
      return comparisonsIn(expression.term);
    default:
      return expression.terms.flatMap(comparisonsIn);
  }
}
