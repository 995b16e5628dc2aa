import type { DriftAlert, DriftReport } from '@millrace/schemas';
import type { ServiceMetrics } from '@millrace/service-kit';

/** What Prometheus sees of the rounds and of the newest report of each endpoint. */
export class DriftMetrics {
  readonly #reported: (report: DriftReport, alerts: readonly DriftAlert[]) => void;
  readonly #round: (round: { durationMs: number; failed: boolean }) => void;
  readonly #stored: (rows: number) => void;
  readonly #deadLettered: (consumer: string, reason: string) => void;
  readonly #fault: (endpoint: string, stage: 'monitor' | 'window') => void;
  readonly #leading: (isLeading: boolean) => void;

  constructor(metrics: ServiceMetrics) {
    const leading = metrics.gauge({ name: 'leading', help: '1 while this instance looks at the monitors' });
    this.#leading = (isLeading) => leading.set(isLeading ? 1 : 0);
    const rounds = metrics.counter({ name: 'rounds_total', help: 'Looks at all monitors', labels: ['result'] });
    const seconds = metrics.histogram({
      name: 'round_duration_seconds',
      help: 'Time of one look at all monitors',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    });
    const faults = metrics.counter({
      name: 'faults_total',
      help: 'Monitors that could not be looked at, and windows that could not be reported',
      labels: ['endpoint', 'stage'],
    });
    this.#fault = (endpoint, stage) => faults.inc({ endpoint, stage });
    const stored = metrics.counter({ name: 'stored_rows_total', help: 'Reports and alerts written to ClickHouse' });
    const deadLetters = metrics.counter({
      name: 'dead_letters_total',
      help: 'Records moved to the dead letters',
      labels: ['consumer', 'reason'],
    });
    this.#deadLettered = (consumer, reason) => deadLetters.inc({ consumer, reason });
    const reports = metrics.counter({ name: 'reports_total', help: 'Reports of windows', labels: ['endpoint'] });
    const alerts = metrics.counter({ name: 'alerts_total', help: 'Rules that fired', labels: ['endpoint', 'rule'] });
    const columns = ['endpoint', 'feature'] as const;
    const psi = metrics.gauge({
      name: 'psi_ratio',
      help: 'Population stability index, newest window',
      labels: columns,
    });
    const distance = metrics.gauge({ name: 'ks_distance_ratio', help: 'K-S distance, newest window', labels: columns });
    const quality = metrics.gauge({
      name: 'quality_ratio',
      help: 'Quality in the newest window with outcomes',
      labels: ['endpoint', 'metric'],
    });
    const labelled = metrics.gauge({
      name: 'labels_joined_ratio',
      help: 'Share of the newest reported window whose outcome is known',
      labels: ['endpoint'],
    });
    this.#round = ({ durationMs, failed }) => {
      rounds.inc({ result: failed ? 'failed' : 'ok' });
      seconds.observe(durationMs / 1000);
    };
    this.#stored = (rows) => stored.inc(rows);
    this.#reported = (report, fired) => {
      const { endpoint } = report;
      reports.inc({ endpoint });
      for (const { rule } of fired) alerts.inc({ endpoint, rule });
      for (const column of report.columns) {
        if (column.psi !== null) psi.set({ endpoint, feature: column.name }, column.psi);
        if (column.ksStatistic !== null) distance.set({ endpoint, feature: column.name }, column.ksStatistic);
      }
      for (const metric of ['accuracy', 'precision', 'recall', 'auc'] as const) {
        const value = report.quality?.[metric] ?? null;
        if (value !== null) quality.set({ endpoint, metric }, value);
      }
      labelled.set({ endpoint }, report.rows === 0 ? 0 : report.labelled / report.rows);
    };
  }

  round(round: { durationMs: number; failed: boolean }): void {
    this.#round(round);
  }

  fault(endpoint: string, stage: 'monitor' | 'window'): void {
    this.#fault(endpoint, stage);
  }

  leading(isLeading: boolean): void {
    this.#leading(isLeading);
  }

  deadLettered(consumer: string, reason: string): void {
    this.#deadLettered(consumer, reason);
  }

  stored(rows: number): void {
    this.#stored(rows);
  }

  reported({ report, alerts }: { report: DriftReport; alerts: readonly DriftAlert[] }): void {
    this.#reported(report, alerts);
  }
}
