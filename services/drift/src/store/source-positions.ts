import type { Cut } from '../flow/monitor.ts';

export interface SpanRow {
  readonly partitions: number;
  readonly oldest_ms: number;
  readonly newest_ms: number;
}

const PARTITION = 'source_topic, generation, source_partition';

/** The span of a table's rows: its newest event time is that of the slowest partition that was touched since `active_since_ms`. */
export function partitionSpan(table: string, { where, touchedAt }: { where: string; touchedAt: string }): string {
  return `SELECT count() AS partitions, min(oldest) AS oldest_ms,
      if(countIf(is_active) = 0, max(newest), minIf(newest, is_active)) AS newest_ms
    FROM (
      SELECT toUnixTimestamp64Milli(min(event_time)) AS oldest, toUnixTimestamp64Milli(max(event_time)) AS newest,
        max(${touchedAt}) >= fromUnixTimestamp64Milli({active_since_ms:Int64}) AS is_active
      FROM ${table} WHERE ${where} GROUP BY ${PARTITION}
    )`;
}

/** Where each partition ends. Sinks write each partition in order, so nothing before it is still to come. */
export function lastPositions(table: string, where: string): string {
  return `SELECT source_topic AS topic, generation, source_partition AS partition, max(source_offset) AS offset
    FROM ${table} WHERE ${where} GROUP BY ${PARTITION} ORDER BY ${PARTITION}`;
}

/** Rows at or before the cut of their partition. */
export const UP_TO_CUTS = `arrayExists(
  cut -> cut.1 = source_topic AND cut.2 = generation AND cut.3 = source_partition AND source_offset <= cut.4,
  arrayZip({cut_topics:Array(String)}, {cut_generations:Array(UInt32)}, {cut_partitions:Array(UInt32)}, {cut_offsets:Array(UInt64)}))`;

export function cutParameters(cuts: readonly Cut[]): Record<string, unknown> {
  return {
    cut_topics: cuts.map((cut) => cut.topic),
    cut_generations: cuts.map((cut) => cut.generation),
    cut_partitions: cuts.map((cut) => cut.partition),
    cut_offsets: cuts.map((cut) => cut.offset),
  };
}
