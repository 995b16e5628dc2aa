import { invalidParameter } from './mlflow-error.ts';
import type { Clause } from './search-expression.ts';

type Value = string | number | undefined;

/** Whether a value that is at hand meets a clause; an absent one meets IS NULL only. NaN is unlike every number. */
export function matchesClause(actual: Value, clause: Clause): boolean {
  const { comparator, value } = clause;
  if (comparator === 'IS NULL') return actual === undefined;
  if (comparator === 'IS NOT NULL') return actual !== undefined;
  if (actual === undefined) return false;
  if (comparator === 'IN' || comparator === 'NOT IN') {
    const found = Array.isArray(value) && value.some((one) => one === actual || String(one) === String(actual));
    return comparator === 'IN' ? found : !found;
  }
  if (comparator === 'LIKE' || comparator === 'ILIKE') {
    return isLike(String(actual), String(value), comparator === 'ILIKE');
  }
  if (comparator === 'RLIKE') {
    // A client's pattern may take for ever in our engine: only searches that leave it to one that cannot have it.
    throw invalidParameter(`Invalid comparator 'RLIKE' for ${clause.key}: use LIKE or ILIKE`);
  }
  if (typeof actual === 'number') return holds(actual, Number(value), comparator);
  if (typeof value !== 'string') {
    throw invalidParameter(
      `Expected a quoted string value for ${clause.key} (e.g. 'my-value'). Got value ${String(value)}`,
    );
  }
  return holds(actual, value, comparator);
}

function holds<T extends string | number>(a: T, b: T, comparator: '=' | '!=' | '>' | '>=' | '<' | '<='): boolean {
  switch (comparator) {
    case '=':
      return a === b;
    case '!=':
      return a !== b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
  }
}

/**
 * SQL's LIKE: `%` any text, `_` any character. Not a regular expression: of a pattern with many `%` it would make a
 * search without end, and this one goes back to the last `%` only.
 */
export function isLike(text: string, like: string, ignoreCase: boolean): boolean {
  const characters = Array.from(ignoreCase ? text.toLowerCase() : text);
  const pattern = Array.from(ignoreCase ? like.toLowerCase() : like);
  let at = 0;
  let inPattern = 0;
  let afterPercent = -1;
  let takenUntil = 0;
  while (at < characters.length) {
    if (pattern[inPattern] === '%') {
      inPattern += 1;
      afterPercent = inPattern;
      takenUntil = at;
    } else if (inPattern < pattern.length && (pattern[inPattern] === '_' || pattern[inPattern] === characters[at])) {
      inPattern += 1;
      at += 1;
    } else if (afterPercent >= 0) {
      takenUntil += 1;
      at = takenUntil;
      inPattern = afterPercent;
    } else {
      return false;
    }
  }
  return pattern.slice(inPattern).every((character) => character === '%');
}
