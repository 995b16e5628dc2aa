import { createHash } from 'node:crypto';
import { FeastError, shown, type Frame } from '@millrace/feast-protocol';
import { isDerived, type FeatureViewDefinition, type SourcePlan, type ViewPlan } from '@millrace/feature-engine';

/** An event in JSON, as its topic's schema has it. */
export type PushedEvent = Readonly<Record<string, unknown>>;

/** What the stock client calls the time of a row, whatever the source calls it. */
const timeColumn = 'event_timestamp';
/** When the row was made, by the client's clock: nobody reads it. */
const createdColumn = 'created';

/** The rows of a push as events of the source. @throws FeastError when they have columns that the source lacks. */
export function pushedEvents(source: SourcePlan, { columns, rows }: Frame): PushedEvent[] {
  const given = Object.keys(columns);
  const unknown = given.find((name) => !(name in source.columns) && name !== timeColumn && name !== createdColumn);
  if (unknown !== undefined) {
    throw new FeastError(
      'FEAST_REQUEST_INVALID',
      `df.${unknown}: source "${source.name}" has no such column; it has: ${Object.keys(source.columns).join(', ')}`,
    );
  }
  return Array.from({ length: rows }, (_, r) => {
    const row: Record<string, unknown> = {};
    for (const name of given) if (name in source.columns) row[name] = columns[name]?.[r] ?? null;
    return withId(source, withTime(source, row, columns[timeColumn]?.[r], `df[${r}]`));
  });
}

/**
 * Rows of a view's features as events of its source: what is written is what the newest event says, so each feature must be
 * the `last` of a column. @throws FeastError when the view computes one, or the rows lack one.
 */
export function writtenEvents(view: ViewPlan, { columns, rows }: Frame): PushedEvent[] {
  const { source, entity, keyColumn, definition } = view;
  const frame: Record<string, readonly unknown[]> = {};
  for (const feature of definition.features) {
    const column = newestOf(feature);
    if (column === null) {
      throw new FeastError(
        'FEAST_REQUEST_INVALID',
        `feature view "${definition.name}" computes "${feature.name}" from the events of source "${source.name}": push events to push source "${source.name}"`,
      );
    }
    frame[column] = columnOf(columns, feature.name, definition.name);
  }
  frame[keyColumn] = columnOf(columns, entity.key, definition.name);
  const times = columns[timeColumn] ?? columns[source.definition.eventTime.column];
  if (times) frame[timeColumn] = times;
  return pushedEvents(source, { columns: frame, rows });
}

/** The column whose newest value a feature is; null where it is anything else. */
function newestOf(feature: FeatureViewDefinition['features'][number]): string | null {
  if (isDerived(feature) || feature.aggregation !== 'last' || feature.filter !== undefined) return null;
  if (feature.nulls !== undefined && feature.nulls !== 'skip') return null;
  return feature.input?.op === 'column' ? feature.input.name : null;
}

function columnOf(columns: Frame['columns'], name: string, view: string): readonly unknown[] {
  const found = columns[name];
  if (found) return found;
  throw new FeastError('FEAST_REQUEST_INVALID', `df: there is no column "${name}", which feature view "${view}" has`);
}

/** Sets the source's own time from the client's, which is ISO 8601 in UTC without saying so. */
function withTime({ definition }: SourcePlan, row: PushedEvent, time: unknown, path: string): PushedEvent {
  const { column, unit } = definition.eventTime;
  const given = row[column] ?? time ?? null;
  if (typeof given !== 'string') return { ...row, [column]: given };
  const timeMs = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(given) ? given : `${given}Z`);
  if (Number.isNaN(timeMs)) {
    throw new FeastError('FEAST_REQUEST_INVALID', `${path}.${column}: ${shown(given)} is not an ISO 8601 time`);
  }
  const inUnit = { ms: timeMs, s: timeMs / 1_000, us: timeMs * 1_000, iso8601: new Date(timeMs).toISOString() };
  return { ...row, [column]: inUnit[unit] };
}

/** A client that is not sure whether its rows arrived sends them again: equal rows are one event where the source has an id. */
function withId({ definition: { id }, columns }: SourcePlan, row: PushedEvent): PushedEvent {
  if (id === undefined || columns[id] !== 'string' || (row[id] ?? null) !== null) return row;
  const canonical = JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...row, [id]: createHash('sha256').update(canonical).digest('hex').slice(0, 32) };
}
