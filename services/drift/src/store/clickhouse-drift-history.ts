import type { ClickHouse } from '@millrace/clickhouse';
import type { Monitor } from '../flow/monitor.ts';
import type { DriftHistory, SaidWindow } from '../flow/ports.ts';

interface SaidRow {
  readonly start_ms: number;
  readonly end_ms: number;
  readonly revision: number;
  readonly quality_rows: number;
  readonly accuracy: number | null;
}

/** What was said before, read back when an instance takes over. */
export class ClickHouseDriftHistory implements DriftHistory {
  readonly #clickhouse: ClickHouse;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
  }

  async windows(monitor: Monitor): Promise<SaidWindow[]> {
    const rows = await this.#clickhouse.query<SaidRow>(
      `SELECT toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms, revision, quality_rows, accuracy
       FROM ${this.#clickhouse.qualified('v_drift_reports')}
       WHERE endpoint = {endpoint:String} AND monitor = {monitor:String} AND monitor_generation = {generation:UInt64}
       ORDER BY start_ms`,
      parametersOf(monitor),
    );
    return rows.map((row) => ({
      startMs: row.start_ms,
      endMs: row.end_ms,
      revision: row.revision,
      labelled: row.quality_rows,
      accuracy: row.accuracy,
    }));
  }

  async alertIds(monitor: Monitor): Promise<string[]> {
    const rows = await this.#clickhouse.query<{ event_id: string }>(
      `SELECT DISTINCT event_id FROM ${this.#clickhouse.qualified('drift_alerts')}
       WHERE endpoint = {endpoint:String} AND monitor = {monitor:String} AND monitor_generation = {generation:UInt64}`,
      parametersOf(monitor),
    );
    return rows.map((row) => row.event_id);
  }
}

function parametersOf({ endpoint, name, generation }: Monitor): Record<string, unknown> {
  return { endpoint, monitor: name, generation };
}
