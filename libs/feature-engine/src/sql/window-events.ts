import type { ServicePlan, ServiceView } from '../plans/service-plan.ts';
import { vectorSpine } from './recompute-vectors.ts';
import type { LogTables, VectorQuery } from './sql-tables.ts';
import { countsSql, judgedEvents } from './view-aggregates.ts';

export interface WindowEvents {
  readonly tables: LogTables;
  /** Which vector of `feature_vectors`: an SQL condition over its columns that holds for one. */
  readonly where: string;
  /** Which of the service's views. */
  readonly view: number;
  /** How many events of each feature are listed, the newest of them. */
  readonly newest: number;
}

/**
 * SQL that gives the events that each windowed feature of a view counts in one vector, by the rules that make its value: `count_i`, and
 * `events_i` as [time in milliseconds, position, id or place], newest first, of the i-th windowed feature. One row.
 */
export function windowEventsSql(service: ServicePlan, { tables, where, view, newest }: WindowEvents): string {
  const query: VectorQuery = {
    service,
    tables,
    knowledge: 'as-known',
    knownBy: 'cuts',
    ownPositions: 'in-spine',
    origins: 'given',
  };
  const { plan } = service.views[view] as ServiceView;
  const { events, windowOf } = judgedEvents(query, view);
  const columns = plan.windowed.flatMap((feature, index) => {
    const counts = countsSql(feature, windowOf(feature));
    const listed = `arrayReverseSort(groupArrayIf((e_time, e_pos, e_origin), ${counts}))`;
    return [`countIf(${counts}) AS count_${index}`, `arraySlice(${listed}, 1, ${newest}) AS events_${index}`];
  });
  return `WITH spine AS (${vectorSpine(service, tables, where)}) SELECT ${columns.join(', ')} FROM (${events})`;
}
