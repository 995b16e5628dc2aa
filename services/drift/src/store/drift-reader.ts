import type { ClickHouse } from '@millrace/clickhouse';

/** Reports as they are stored, times in ISO 8601. */
export interface StoredColumn {
  readonly name: string;
  readonly kind: string;
  readonly reference_count: number;
  readonly current_count: number;
  readonly missing_share: number;
  readonly psi: number | null;
  readonly ks_statistic: number | null;
  readonly ks_p_value: number | null;
  readonly ks_method: string | null;
  /** Null also where it is infinite: then the p-value is 0. */
  readonly chi_square_statistic: number | null;
  readonly chi_square_p_value: number | null;
  readonly bin_edges: readonly number[];
  readonly bin_labels: readonly string[];
  readonly reference_bins: readonly number[];
  readonly current_bins: readonly number[];
}

export interface StoredReport {
  readonly event_id: string;
  readonly monitor: string;
  readonly monitor_generation: number;
  readonly endpoint: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly revision: number;
  readonly rows: number;
  readonly errors: number;
  readonly labelled: number;
  readonly model_versions: Readonly<Record<string, number>>;
  readonly reference_rows: number;
  readonly columns: readonly StoredColumn[];
  readonly sampled_rows: number;
  readonly not_compared: Readonly<Record<string, string>>;
  readonly quality_rows: number;
  readonly positives: number;
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly auc: number | null;
  readonly log_loss: number | null;
  readonly baseline_accuracy: number | null;
  readonly scoring_p50_ms: number | null;
  readonly scoring_p95_ms: number | null;
  readonly scoring_p99_ms: number | null;
  readonly end_to_end_p50_ms: number | null;
  readonly end_to_end_p95_ms: number | null;
  readonly end_to_end_p99_ms: number | null;
  readonly fired_rules: readonly string[];
  readonly computed_at: string;
}

export interface StoredAlert {
  readonly event_id: string;
  readonly monitor: string;
  readonly monitor_generation: number;
  readonly endpoint: string;
  readonly rule: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly value: number;
  readonly threshold: number;
  readonly baseline: number | null;
  readonly columns: readonly string[];
  readonly message: string;
  readonly report_event_id: string;
  readonly model_version: string | null;
  readonly fired_at: string;
}

export interface DriftQuery {
  readonly endpoint?: string | undefined;
  /** Of these only. */
  readonly endpoints?: readonly string[] | undefined;
  readonly monitor?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly limit: number;
}

/** Reports and alerts for people: of each window the newest report, the newest window first. */
export class DriftReader {
  readonly #clickhouse: ClickHouse;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
  }

  /** All that anything was ever said of. */
  async endpoints(): Promise<string[]> {
    const tables = ['drift_reports', 'drift_alerts'].map((name) => this.#clickhouse.qualified(name));
    const rows = await this.#clickhouse.query<{ readonly endpoint: string }>(
      tables.map((table) => `SELECT DISTINCT endpoint FROM ${table}`).join(' UNION DISTINCT '),
    );
    return rows.map(({ endpoint }) => endpoint);
  }

  reports(query: DriftQuery): Promise<StoredReport[]> {
    const { where, parameters } = conditions(query);
    return this.#clickhouse.query<StoredReport>(
      `SELECT * FROM (
         SELECT * FROM ${this.#clickhouse.qualified('drift_reports')} WHERE ${where}
         ORDER BY revision DESC, computed_at ASC LIMIT 1 BY endpoint, monitor, monitor_generation, window_start
       ) ORDER BY window_start DESC, monitor_generation DESC LIMIT {limit:UInt64}`,
      parameters,
    );
  }

  alerts(query: DriftQuery): Promise<StoredAlert[]> {
    const { where, parameters } = conditions(query);
    return this.#clickhouse.query<StoredAlert>(
      `SELECT * FROM ${this.#clickhouse.qualified('v_drift_alerts')} WHERE ${where}
       ORDER BY window_start DESC, monitor_generation DESC, rule LIMIT {limit:UInt64}`,
      parameters,
    );
  }
}

function conditions({ endpoint, endpoints, monitor, fromMs, toMs, limit }: DriftQuery): {
  where: string;
  parameters: Record<string, unknown>;
} {
  const where = [
    ...(endpoint === undefined ? [] : ['endpoint = {endpoint:String}']),
    ...(endpoints === undefined ? [] : ['endpoint IN {endpoints:Array(String)}']),
    ...(monitor === undefined ? [] : ['monitor = {monitor:String}']),
    ...(fromMs === undefined ? [] : ['window_start >= fromUnixTimestamp64Milli({from_ms:Int64})']),
    ...(toMs === undefined ? [] : ['window_start < fromUnixTimestamp64Milli({to_ms:Int64})']),
    '1',
  ].join(' AND ');
  return { where, parameters: { endpoint, endpoints, monitor, from_ms: fromMs, to_ms: toMs, limit } };
}
