import { FeastError, shown, type OnlineRequest } from '@millrace/feast-protocol';
import type { EntityDefinition } from '@millrace/feature-engine';
import type { ReadView } from './read-plan.ts';

/** The column of a request that holds the keys of a view. @throws FeastError when it brings none. */
export function keyColumnOf({ keys, log }: ReadView, { entities }: Pick<OnlineRequest, 'entities'>): string {
  const column = keys.find((name) => Object.hasOwn(entities, name));
  if (column !== undefined) return column;
  throw new FeastError(
    'FEAST_REQUEST_INVALID',
    `entities: there is no column "${keys[0]}": it is the key of feature view ${log.view.definition.name}`,
  );
}

/** A view's keys as every store names them, one a row. @throws FeastError with the first that is none. */
export function keysOf(view: ReadView, request: Pick<OnlineRequest, 'entities'>): string[] {
  const column = keyColumnOf(view, request);
  const { entity } = view.log.view;
  return (request.entities[column] ?? []).map((value, row) => {
    if (isKey(value, entity)) return String(value);
    throw new FeastError(
      'FEAST_REQUEST_INVALID',
      `entities.${column}[${row}]: ${shown(value)} is no key of entity "${entity.name}": send ${entity.type === 'string' ? 'a text' : 'a whole number'}`,
    );
  });
}

function isKey(value: unknown, { type }: EntityDefinition): value is string | number {
  return type === 'string' ? typeof value === 'string' && value !== '' : Number.isSafeInteger(value);
}
