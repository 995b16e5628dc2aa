import type { DemoNames } from './demo-names.ts';
import { dateOfDay } from './demo-profile.ts';
import type { DemoProfile } from './demo-profile.ts';
import type { LatencyMs, LiveScores } from './live-scores.ts';
import type { Alert, PlatformApi, Report } from './platform-api.ts';

export interface LiveLine {
  readonly api: PlatformApi;
  readonly endpoint: string;
  readonly profile: DemoProfile;
  readonly scores: LiveScores;
  readonly day: number;
  readonly sent: number;
  readonly rate: number;
}

/** Where the live traffic is, in one line. */
export async function liveLine({ api, endpoint, profile, scores, day, sent, rate }: LiveLine): Promise<string> {
  const alerts = await api.alerts(endpoint);
  const { scored, latencyMs, auc, outcomes } = scores.figures();
  return [
    dateOfDay(profile.simulator, day),
    `${Math.round(rate)} payments/s`,
    `${scored} of ${sent} scored`,
    latency(latencyMs),
    auc === null ? 'no outcomes yet' : `AUC ${auc.toFixed(3)} over ${outcomes} outcomes`,
    `${alerts.length} alert${alerts.length === 1 ? '' : 's'}`,
  ].join('   ');
}

export interface FinalSummary {
  readonly names: DemoNames;
  readonly profile: DemoProfile;
  readonly gateway: string;
  readonly version: string | null;
  readonly sent: number;
  readonly scores: LiveScores | null;
  readonly reports: readonly Report[];
  readonly alerts: readonly Alert[];
}

/** What was seen, and where to look. */
export function finalSummary(seen: FinalSummary): string {
  const { names, profile, gateway, version, sent, scores, reports, alerts } = seen;
  const changeAt =
    profile.simulator.change === null ? null : dateOfDay(profile.simulator, profile.simulator.change.day);
  return [
    '',
    `  model               ${names.model}, version ${version ?? '–'} (${names.endpoint}@champion)`,
    ...(scores === null ? [] : scoringLines(scores, sent)),
    ...(changeAt === null ? [] : changeLines(reports, changeAt)),
    `  alerts              ${alerts.length}${alerts.length === 0 ? '' : `, by rule: ${byRule(alerts)}`}`,
    ...alerts
      .filter(isFirstOfRule)
      .map((alert) => `                      ${alert.window.start.slice(0, 10)} ${alert.rule}: ${alert.message}`),
    '',
    `  drift, in pictures  ${gateway}/api/v1/drift/pages/${names.endpoint}`,
    `  experiment, model   ${gateway}  (MLFLOW_TRACKING_URI for any mlflow client)`,
    `  one payment's way   npm run millrace -- trace tx-${profile.simulator.seed}-${profile.historyDays}-0`,
    '',
  ].join('\n');
}

function scoringLines(scores: LiveScores, sent: number): string[] {
  const { scored, failed, auc, outcomes } = scores.figures();
  return [
    `  scored live         ${scored} of ${sent} payments, ${failed} failed`,
    `  event to score      ${latency(scores.overallLatencyMs)}`,
    `  AUC                 ${auc === null ? '–' : auc.toFixed(4)} over ${outcomes} outcomes`,
  ];
}

/** Mean distance and accuracy before and after the day on which behaviour changed. */
function changeLines(reports: readonly Report[], changeAt: string): string[] {
  const [before, after] = [
    reports.filter((report) => report.window.start.slice(0, 10) < changeAt),
    reports.filter((report) => report.window.start.slice(0, 10) >= changeAt),
  ];
  const psi = (side: readonly Report[]): string =>
    mean(
      side.flatMap((r) => r.columns.find((c) => c.name === 'amount')?.psi ?? []),
      3,
    );
  const accuracy = (side: readonly Report[]): string =>
    mean(
      side.flatMap((r) => r.quality?.accuracy ?? []),
      4,
    );
  return [
    `  change on ${changeAt}  PSI of amount ${psi(before)} before, ${psi(after)} after; accuracy ${accuracy(before)} before, ${accuracy(after)} after`,
  ];
}

function mean(values: readonly number[], digits: number): string {
  return values.length === 0 ? '–' : (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(digits);
}

function byRule(alerts: readonly Alert[]): string {
  const counts = new Map<string, number>();
  for (const { rule } of alerts) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => `${rule} ${count}`).join(', ');
}

/** Alerts come newest first: the last one of a rule is its first. */
function isFirstOfRule(alert: Alert, index: number, alerts: readonly Alert[]): boolean {
  return alerts.findLastIndex((other) => other.rule === alert.rule) === index;
}

function latency(ms: LatencyMs | null): string {
  return ms === null
    ? 'no latency yet'
    : `p50 ${Math.round(ms.p50)}  p95 ${Math.round(ms.p95)}  p99 ${Math.round(ms.p99)} ms`;
}
