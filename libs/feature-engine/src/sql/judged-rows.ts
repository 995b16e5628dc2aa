import { sqlName } from '../expressions/print-expression.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import { sourceTable, type LogTables } from './sql-tables.ts';

/** How far back rows are read beyond the longest window: what makes a later one a repeat must be among them. */
export function judgedReachMs({ source }: ViewPlan, tables: LogTables): number {
  return judges(source, tables) ? (tables.ledgerLatenessMs?.[source.name] ?? source.allowedLatenessMs) : 0;
}

/**
 * Rows of a source, once each and without repeats of an id, with `refused$`: whether the owner of the partition refused
 * the event as too late. By the rule of the ledger (`windows/event-ledger.ts`); a late event whose id came before, no
 * further back than that from its own time, is a repeat here, so that hindsight counts it once.
 */
export function judgedRowsSql(plan: ViewPlan, tables: LogTables, where: readonly string[]): string {
  const { name, definition } = plan.source;
  const condition = where.filter((part) => part !== '').join(' AND ');
  const rows = `SELECT * FROM ${sourceTable(tables.database, name)} WHERE ${condition} LIMIT 1 BY _partition, _offset`;
  if (!judges(plan.source, tables)) return `(SELECT *, toUInt8(0) AS refused$ FROM (${rows}))`;
  const latenessMs = judgedReachMs(plan, tables);
  const time = 'toUnixTimestamp64Milli(_event_time)';
  const before = 'ORDER BY _offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING';
  // An event without an id is no repeat: none shares what stands for it.
  const id = `ifNull(nullIf(toString(${sqlName(definition.id ?? '')}), ''), concat('\\0', toString(_offset)))`;
  const known = [
    `max(${time}) OVER (PARTITION BY _entity ${before}) AS newest$`,
    `maxOrNull(${time}) OVER (PARTITION BY _entity, ${id} ${before}) AS same$`,
    `toUInt8(${time} < newest$ - ${latenessMs}) AS refused$`,
  ];
  const came = `ifNull(same$ >= if(refused$ = 1, ${time}, greatest(newest$, ${time})) - ${latenessMs}, false)`;
  return `(SELECT * FROM (SELECT *, ${known.join(', ')} FROM (${rows})) WHERE NOT ${came})`;
}

/** Of a table's changes every record counts in its turn. */
function judges({ definition, changes }: ViewPlan['source'], { repeats }: LogTables): boolean {
  return definition.id !== undefined && changes === null && repeats !== 'dropped';
}
