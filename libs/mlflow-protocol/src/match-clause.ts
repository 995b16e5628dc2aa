import { invalidParameter } from './mlflow-error.ts';
import type { Clause } from './search-filter.ts';

/** Whether a value that is at hand meets a clause; an absent one meets IS NULL only. */
export function matchesClause(actual: string | number | undefined, clause: Clause): boolean {
  const { comparator, value } = clause;
  if (comparator === 'IS NULL') return actual === undefined;
  if (comparator === 'IS NOT NULL') return actual !== undefined;
  if (actual === undefined) return false;
  if (comparator === 'IN' || comparator === 'NOT IN') {
    const found = Array.isArray(value) && value.includes(String(actual));
    return comparator === 'IN' ? found : !found;
  }
  if (comparator === 'LIKE' || comparator === 'ILIKE') {
    return likePattern(String(value), comparator === 'ILIKE').test(String(actual));
  }
  if (typeof actual === 'number') return compares(actual, Number(value), comparator);
  if (typeof value !== 'string') {
    throw invalidParameter(
      `Expected a quoted string value for ${clause.key} (e.g. 'my-value'). Got value ${String(value)}`,
    );
  }
  return compares(actual, value, comparator);
}

type Ordering = '=' | '!=' | '>' | '>=' | '<' | '<=';

const holds: Readonly<Record<Ordering, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
};

function compares<T extends string | number>(actual: T, value: T, comparator: Ordering): boolean {
  return holds[comparator](actual < value ? -1 : actual > value ? 1 : 0);
}

/** SQL's LIKE as a regular expression: `%` any text, `_` any character. */
export function likePattern(like: string, ignoreCase: boolean): RegExp {
  const source = Array.from(like, (character) =>
    character === '%' ? '[^]*' : character === '_' ? '[^]' : character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&'),
  ).join('');
  return new RegExp(`^${source}$`, ignoreCase ? 'iu' : 'u');
}
