import { Cursor, readIdentifier } from './search-filter.ts';
import { invalidParameter } from './mlflow-error.ts';

export interface OrderTerm {
  readonly entity: string | null;
  readonly key: string;
  readonly descending: boolean;
}

/** `["metrics.auc DESC", "start_time"]`; ascending unless said otherwise. */
export function parseOrderBy(orderBy: readonly string[]): OrderTerm[] {
  return orderBy
    .flatMap((text) => text.split(','))
    .map((text) => {
      const cursor = new Cursor(text);
      if (cursor.done) throw invalidParameter(`Invalid order_by clause ${JSON.stringify(text)}`);
      const { entity, key } = readIdentifier(cursor);
      const descending = cursor.takesWord('DESC');
      if (!descending) cursor.takesWord('ASC');
      if (!cursor.done) throw invalidParameter(`Invalid order_by clause ${JSON.stringify(text)}`);
      return { entity, key, descending };
    });
}
