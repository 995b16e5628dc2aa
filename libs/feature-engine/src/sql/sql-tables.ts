import { sqlName, sqlText } from '../expressions/print-expression.ts';
import type { ServicePlan } from '../plans/service-plan.ts';
import type { ViewPlan } from '../plans/view-plan.ts';

/** Where the rows of a service's logs lie, and which of them count. */
export interface LogTables {
  readonly database: string;
  /** Generation of each source's topic, by name of the source: positions mean something within one generation only. */
  readonly generations: Readonly<Record<string, number>>;
  /** By view (`name@version`) and partition of its log: the first position that its state has seen. Absent: the beginning. */
  readonly starts?: Readonly<Record<string, Readonly<Record<number, number>>>>;
  /** By view (`name@version`): what `rekeyed_events.view` says of its log in the life it is in now. Absent: the view itself. */
  readonly lanes?: Readonly<Record<string, string>>;
  /**
   * By source: the group whose dead letters are no events of its views. The table of a source holds every record that can be
   * an event, and what the views took depends on what they read. Absent: they took all.
   */
  readonly deadLetters?: Readonly<Record<string, string>>;
  /** By name of the source: how old an event may be before its owner refuses it for all views. Absent: what the source allows. */
  readonly ledgerLatenessMs?: Readonly<Record<string, number>>;
  /** Whether tables hold repeats of an event's `id` and events that were refused as too late; `dropped` when the writer drops them. */
  readonly repeats?: 'stored' | 'dropped';
}

/** What is asked: values as they were known, or with all events there are now. */
export type Knowledge = 'as-known' | 'hindsight';

/** How a row of the spine knows what was known: by the vector's cuts, or by the time alone. */
type KnownBy = 'cuts' | 'time';

export interface VectorQuery {
  readonly service: ServicePlan;
  readonly tables: LogTables;
  readonly knowledge: Knowledge;
  readonly knownBy: KnownBy;
  /** Whether the spine itself says where own events lie in rekeyed logs, or the logs are asked. */
  readonly ownPositions: 'in-spine' | 'looked-up';
  /** Whether events carry what people know them by: for those who read them one by one. */
  readonly origins?: 'given' | 'none';
}

/**
 * Names within a query that stand beside names that people chose: no column and no feature can have a `$`, so neither can be
 * taken for the other.
 */
export const rowNumber = 'row$';
export const rowTime = 'time$';
/** The table of a source, where its columns are read. */
export const sourceRow = 'logged$';

/** A column of the trigger, by its place among `requestColumns`. */
export function requestColumn(index: number): string {
  return `column$${index}`;
}

/** Where the spine of a training set has a given column of the trigger: apart from the spine's own columns. */
export function givenColumn(name: string): string {
  return `given_${name}`;
}

/** Columns of the spine that belong to one view. */
export function spineColumns(view: number): { readonly key: string; readonly cut: string; readonly own: string } {
  return { key: `key_${view}`, cut: `cut_${view}`, own: `own_${view}` };
}

export function tableName(database: string, table: string): string {
  return `${sqlName(database)}.${sqlName(table)}`;
}

export function sourceTable(database: string, source: string): string {
  return tableName(database, `source_${source}`);
}

export function generationOf(tables: LogTables, source: string): number {
  const generation = tables.generations[source];
  if (generation === undefined) throw new RangeError(`the generation of source "${source}" is not given`);
  return generation;
}

/** How `rekeyed_events` names the log of a view. */
export function laneOf(tables: LogTables, view: string): string {
  return tables.lanes?.[view] ?? view;
}

/**
 * A condition on the rows of a source's table that leaves out what its group moved to the dead letters. What came too late is
 * an event all the same: views judge that themselves, and in hindsight it counts.
 */
export function acceptedCondition({ definition }: ViewPlan['source'], tables: LogTables): string {
  const group = tables.deadLetters?.[definition.name];
  if (group === undefined) return '';
  const where = [
    `group = ${sqlText(group)}`,
    `topic = ${sqlText(definition.topic)}`,
    `generation = ${generationOf(tables, definition.name)}`,
    "reason != 'too-late'",
  ];
  return `(_partition, _offset) NOT IN (SELECT partition, offset FROM ${tableName(tables.database, 'dead_letters')} WHERE ${where.join(' AND ')})`;
}

/** A condition on partition and position that leaves out what a view's state has never seen. */
export function startCondition(view: ViewPlan, tables: LogTables, partition: string, position: string): string {
  const starts = Object.entries(tables.starts?.[view.id] ?? {}).filter(([, start]) => start > 0);
  return starts.map(([of, start]) => `NOT (${partition} = ${Number(of)} AND ${position} < ${start})`).join(' AND ');
}
