import type { Monitor, Rule } from '../flow/monitor.ts';
import type { StoredAlert, StoredReport } from '../store/drift-reader.ts';
import { driftMap } from './drift-map.ts';
import { histograms } from './histograms.ts';
import { escapeHtml, figure, minute, percent } from './html.ts';
import { asFigure, lineChart } from './line-chart.ts';
import type { ChartPoint } from './line-chart.ts';
import { pageStyle } from './page-style.ts';

export interface EndpointPage {
  readonly endpoint: string;
  readonly monitors: readonly Monitor[];
  /** Newest first, each window once a monitor. */
  readonly reports: readonly StoredReport[];
  readonly alerts: readonly StoredAlert[];
}

/** The whole page of one endpoint: no script, nothing loaded, safe to save and send. */
export function endpointPage({ endpoint, monitors, reports, alerts }: EndpointPage): string {
  const sections = monitors.map((monitor) => {
    const isOwn = (said: { monitor: string; monitor_generation: number }): boolean =>
      said.monitor === monitor.name && said.monitor_generation === monitor.generation;
    return monitorSection(monitor, reports.filter(isOwn).toReversed(), alerts.filter(isOwn));
  });
  const name = escapeHtml(endpoint);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Drift of ${name}</title><style>${pageStyle}</style></head>
<body><h1>${name}</h1>
${sections.length === 0 ? '<p>No monitor watches this endpoint.</p>' : sections.join('\n')}
</body></html>
`;
}

function monitorSection(monitor: Monitor, reports: readonly StoredReport[], alerts: readonly StoredAlert[]): string {
  const newest = reports.at(-1);
  const judged = reports.findLast((report) => report.quality_rows > 0);
  const compared = reports.findLast((report) => report.columns.length > 0);
  return `<p>Monitor ${escapeHtml(monitor.name)}: ${escapeHtml(describe(monitor))}. Event times, UTC.</p>
<div class="tiles">
${tile('Windows', reports.length.toString())}
${tile('Alerts', alerts.length.toString())}
${tile('Predictions, newest window', newest === undefined ? '–' : newest.rows.toString())}
${tile('Accuracy, newest with outcomes', percent(judged?.accuracy))}
${tile('AUC', figure(judged?.auc))}
${tile('P95 to score', newest?.scoring_p95_ms == null ? '–' : `${figure(newest.scoring_p95_ms)} ms`)}
</div>
<h2>By window</h2><div class="charts">${charts(monitor, reports)}</div>
<h2>Distance from the reference</h2>${driftMap(reports)}
${falseAlarms(monitor, compared)}
${compared === undefined ? '' : `<h2>Distributions</h2>${histograms(compared)}`}
<h2>Alerts</h2>${alertTable(alerts)}`;
}

function charts(monitor: Monitor, reports: readonly StoredReport[]): string {
  const points = (of: (report: StoredReport) => number | null, rule?: Rule['rule']): ChartPoint[] =>
    reports.map((report) => ({
      start: report.window_start,
      value: of(report),
      alerted: rule !== undefined && report.fired_rules.includes(rule),
    }));
  const latency = monitor.rules.find((rule) => rule.rule === 'latency-p95');
  const errors = monitor.rules.find((rule) => rule.rule === 'error-rate');
  const baseline = reports.findLast((report) => report.baseline_accuracy !== null)?.baseline_accuracy ?? null;
  return [
    lineChart({
      title: 'Accuracy',
      points: points((report) => report.accuracy, 'accuracy-drop'),
      line: baseline === null ? undefined : { value: baseline, label: 'baseline' },
      from: 0.5,
      atLeast: 1,
      format: percent,
    }),
    lineChart({ title: 'AUC', points: points((report) => report.auc), from: 0.5, atLeast: 1, format: asFigure }),
    lineChart({
      title: `P95 ${latency?.measure === 'end-to-end' ? 'from event to score' : 'to score'}, ms`,
      points: points(
        (report) => (latency?.measure === 'end-to-end' ? report.end_to_end_p95_ms : report.scoring_p95_ms),
        'latency-p95',
      ),
      line: latency === undefined ? undefined : { value: latency.aboveMs, label: 'limit' },
      atLeast: 1,
      format: asFigure,
    }),
    lineChart({
      title: 'Failed predictions',
      points: points((report) => (report.rows === 0 ? null : report.errors / report.rows), 'error-rate'),
      line: errors === undefined ? undefined : { value: errors.above, label: 'limit' },
      atLeast: 0.01,
      format: percent,
    }),
  ].join('\n');
}

function tile(label: string, value: string): string {
  return `<div>${escapeHtml(label)}<b>${escapeHtml(value)}</b></div>`;
}

function describe({ window, reference, threshold }: Monitor): string {
  const windows =
    window.type === 'rows' ? `windows of ${window.rows} predictions` : `windows of ${span(window.lengthMs)}`;
  const against =
    reference.type === 'first'
      ? `the first ${reference.rows} predictions`
      : `${reference.type === 'vectors' ? `the vectors of ${reference.featureService}` : 'the predictions'} from ${minute(new Date(reference.fromMs).toISOString())} to ${minute(new Date(reference.toMs).toISOString())}`;
  return `${windows} against ${against}, positive from a score of ${threshold}`;
}

function span(ms: number): string {
  for (const [unit, length] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const) {
    if (ms % length === 0) return `${ms / length} ${unit}`;
  }
  return `${ms / 1000} s`;
}

/** What the K-S rule costs when nothing changes at all, so that nobody takes it for more than it is. */
function falseAlarms(monitor: Monitor, compared: StoredReport | undefined): string {
  const rule = monitor.rules.find((candidate) => candidate.rule === 'ks-p-value');
  if (rule === undefined || compared === undefined) return '';
  const watched = compared.columns.filter(
    (column) => column.ks_p_value !== null && (rule.features === undefined || rule.features.includes(column.name)),
  ).length;
  const perWindow = 1 - (1 - rule.below) ** watched;
  const effect =
    rule.minStatistic > 0
      ? ` A distance of at least ${rule.minStatistic} is asked for as well, which makes them fewer.`
      : '';
  return `<p>With ${watched} independent columns that never change, K-S p &lt; ${rule.below} would still fire in ${percent(perWindow)} of the windows.${effect}</p>`;
}

function alertTable(alerts: readonly StoredAlert[]): string {
  if (alerts.length === 0) return '<p>None.</p>';
  const rows = alerts.map(
    (alert) =>
      `<tr><td class="nowrap">${minute(alert.window_start)}</td><td class="nowrap">${escapeHtml(alert.rule)}</td><td>${escapeHtml(alert.message)}</td><td>${escapeHtml(alert.model_version ?? '')}</td></tr>`,
  );
  return `<table><tr><th>Window</th><th>Rule</th><th>What happened</th><th>Model</th></tr>${rows.join('')}</table>`;
}
