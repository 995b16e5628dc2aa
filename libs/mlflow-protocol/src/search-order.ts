import { Cursor } from './filter-cursor.ts';
import { invalidParameter } from './mlflow-error.ts';
import { readIdentifier } from './search-filter.ts';

export interface OrderTerm {
  readonly entity: string | null;
  readonly key: string;
  readonly descending: boolean;
}

/** `["metrics.auc DESC", "start_time"]`, or several of them in one text behind commas; ascending unless said otherwise. */
export function parseOrderBy(orderBy: readonly string[]): OrderTerm[] {
  const all = orderBy.flatMap((text) => {
    const cursor = orderCursor(text);
    const terms: OrderTerm[] = [];
    do terms.push(readTerm(cursor, text));
    while (cursor.takes(','));
    if (!cursor.done) throw unparsable(text);
    return terms;
  });
  if (new Set(all.map(({ entity, key }) => `${entity}.${key}`)).size < all.length) {
    throw invalidParameter(`\`order_by\` contains duplicate fields: ['${orderBy.join("', '")}']`);
  }
  return all;
}

function orderCursor(text: string): Cursor {
  try {
    return new Cursor(text);
  } catch {
    throw unparsable(text);
  }
}

function readTerm(cursor: Cursor, text: string): OrderTerm {
  const first = cursor.peek;
  if (first === undefined || first.kind === 'symbol' || first.kind === 'number') throw unparsable(text);
  const { entity, key } = readIdentifier(cursor);
  const direction = cursor.peek;
  if (direction?.kind !== 'word') return { entity, key, descending: false };
  cursor.next();
  const word = direction.text.toUpperCase();
  if (word !== 'ASC' && word !== 'DESC') {
    if (!cursor.done) throw unparsable(text);
    throw invalidParameter(`Invalid ordering key in order_by clause '${text.slice(0, 200)}'.`);
  }
  return { entity, key, descending: word === 'DESC' };
}

function unparsable(text: string): Error {
  return invalidParameter(`Invalid order_by clause '${text.slice(0, 200)}'. Could not be parsed.`);
}
