import { matchesClause } from './match-clause.ts';
import { invalidParameter } from './mlflow-error.ts';
import { encodePageToken, readPageToken } from './page-token.ts';
import {
  mapExpression,
  matchesExpression,
  type Clause,
  type Comparator,
  type Expression,
} from './search-expression.ts';
import { invalidComparator, notNumeric, notTexts, parseExpression } from './search-filter.ts';
import { parseOrderBy, type OrderTerm } from './search-order.ts';

type Value = string | number | undefined;

interface RecordField<T> {
  readonly type: 'text' | 'number' | 'integer';
  readonly value: (record: T) => Value;
  /** What it is ordered by where that is another thing: ids that are numbers written as text. */
  readonly order?: (record: T) => Value;
  /** Absent: for both. */
  readonly only?: 'filter' | 'order';
}

/** What can be searched in records that are all at hand. */
export interface Searchable<T> {
  readonly fields: Readonly<Record<string, RecordField<T>>>;
  readonly tag: (record: T, key: string) => string | undefined;
  /** Comes after the order that is asked for; its last key is another one for every record, so that pages can go on. */
  readonly defaultOrder: readonly OrderTerm[];
}

export interface RecordQuery {
  readonly filter: string | undefined;
  readonly orderBy: readonly string[];
  /** What else a page token is bound to. */
  readonly scope?: unknown;
  readonly token: string | undefined;
  readonly size: number;
}

export interface RecordPage<T> {
  readonly page: readonly T[];
  readonly nextPageToken?: string;
}

const texts: readonly Comparator[] = ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'];
const tagComparators: readonly Comparator[] = [...texts, 'IS NULL', 'IS NOT NULL'];
const numbers: readonly Comparator[] = ['=', '!=', '>', '>=', '<', '<=', 'IN', 'NOT IN'];

/**
 * Filter, order and page of records at hand. A page goes on behind the last record of the one before, wherever that
 * stands by now: records that come or go in between shift nothing, so that none is given twice and none left out.
 */
export function searchRecords<T>(records: Iterable<T>, searchable: Searchable<T>, query: RecordQuery): RecordPage<T> {
  const matches = recordFilter(searchable, parseExpression(query.filter));
  const order = orderOf(searchable, parseOrderBy(query.orderBy));
  const bound = [query.filter ?? '', query.orderBy, query.scope ?? null];
  const after = readPageToken(bound, query.token);
  if (after !== undefined && !isPlace(after, order))
    throw invalidParameter('Invalid page token: it says no place in a list');
  const found = [...records]
    .filter(matches)
    .map((record) => ({ record, place: order.map(({ value }) => value(record) ?? null) }))
    .filter(({ place }) => after === undefined || comparePlaces(place, after, order) > 0)
    .sort((a, b) => comparePlaces(a.place, b.place, order));
  const page = found.slice(0, query.size);
  const last = page.at(-1);
  return {
    page: page.map(({ record }) => record),
    ...(found.length > page.length && last !== undefined && { nextPageToken: encodePageToken(bound, last.place) }),
  };
}

/** Whether a record is what the expression asks for; keys and comparators are checked at once, in MLflow's words. */
function recordFilter<T>(searchable: Searchable<T>, expression: Expression): (record: T) => boolean {
  const bound = mapExpression(expression, (clause) => ({ clause, value: readerOf(searchable, clause) }));
  return (record) => matchesExpression(bound, ({ clause, value }) => matchesClause(value(record), clause));
}

function readerOf<T>(searchable: Searchable<T>, clause: Clause): (record: T) => Value {
  const { entity, key, comparator, value } = clause;
  if (isTag(entity)) {
    checkComparator(comparator, tagComparators);
    if (typeof value === 'number') {
      throw invalidParameter(`Expected a quoted string value for tag (e.g. 'my-value'). Got value ${value}`);
    }
    checkTexts(value);
    return (record) => searchable.tag(record, key);
  }
  const field = fieldOf(searchable, { entity, key }, 'filter');
  if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') {
    throw invalidParameter(`IS NULL / IS NOT NULL is only supported for tags, not for attribute '${key}'`);
  }
  if (field.type !== 'text') checkNumbers(clause, field.type);
  else {
    checkComparator(comparator, texts);
    if (typeof value === 'number') {
      throw invalidParameter(
        `Expected a quoted string value or a list of quoted string values for attributes. Got value ${value}`,
      );
    }
    checkTexts(value);
  }
  return field.value;
}

function checkNumbers({ key, comparator, value }: Clause, type: 'number' | 'integer'): void {
  checkComparator(comparator, numbers);
  // some clients quote them
  for (const one of Array.isArray(value) ? value : [value]) {
    if (one === '' || Number.isNaN(Number(one))) throw notNumeric(`numeric attribute: ${key}`, `'${one}'`);
    if (type === 'integer' && !Number.isInteger(Number(one))) {
      throw invalidParameter(`Invalid value for numeric attribute '${key}': ${one}`);
    }
  }
}

function checkTexts(value: Clause['value']): void {
  if (Array.isArray(value) && value.some((one) => typeof one !== 'string')) throw notTexts(value);
}

function checkComparator(comparator: Comparator, allowed: readonly Comparator[]): void {
  if (!allowed.includes(comparator)) throw invalidComparator(comparator, allowed);
}

function isTag(entity: string | null): boolean {
  return entity === 'tag' || entity === 'tags';
}

function fieldOf<T>(
  { fields }: Searchable<T>,
  { entity, key }: { entity: string | null; key: string },
  use: 'filter' | 'order',
): RecordField<T> {
  if (entity !== null && entity !== 'attribute' && entity !== 'attributes') {
    throw invalidParameter(`Invalid entity type '${entity}'. Valid entity types are ('attribute', 'tag', 'tags')`);
  }
  const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (field !== undefined && (field.only ?? use) === use) return field;
  const valid = Object.keys(fields).filter((name) => (fields[name]?.only ?? use) === use);
  throw invalidParameter(`Invalid attribute key '${key}' specified. Valid keys are '{'${valid.join("', '")}'}'`);
}

interface BoundOrder<T> {
  readonly value: (record: T) => Value;
  readonly descending: boolean;
}

type Place = readonly (string | number | null)[];

function orderOf<T>(searchable: Searchable<T>, wanted: readonly OrderTerm[]): BoundOrder<T>[] {
  return [...wanted, ...searchable.defaultOrder].map((term) => {
    if (isTag(term.entity)) throw invalidParameter('Invalid order_by entity: tag');
    const field = fieldOf(searchable, term, 'order');
    return { value: field.order ?? field.value, descending: term.descending };
  });
}

/** What a token that we did not make says may be anything. */
function isPlace(place: unknown, order: readonly unknown[]): place is Place {
  return (
    Array.isArray(place) &&
    place.length === order.length &&
    place.every((part) => part === null || typeof part === 'string' || typeof part === 'number')
  );
}

/** What is missing comes last in either direction. */
function comparePlaces(a: Place, b: Place, order: readonly { readonly descending: boolean }[]): number {
  for (const [index, { descending }] of order.entries()) {
    const [left, right] = [a[index] ?? null, b[index] ?? null];
    if (left === right) continue;
    if (left === null || right === null) return left === null ? 1 : -1;
    return left < right === descending ? 1 : -1;
  }
  return 0;
}
