import { clickhouseOf } from '../run/clickhouse-of.ts';
import type { ProofReport } from '../run/proof-report.ts';
import { allPages } from './all-pages.ts';
import { MlflowCalls, type FoundRun } from './mlflow-calls.ts';
import { paramsOf, type RunWriter, type WrittenRun } from './run-writer.ts';

export interface WrittenRuns {
  readonly experiment: string;
  /** Of each instance of tracking. */
  readonly urls: readonly string[];
  readonly writers: readonly RunWriter[];
  readonly env: Readonly<Record<string, string>>;
}

/** Each acknowledged run and write is there once, whichever instance is asked, and in ClickHouse. */
export async function verifyRuns(report: ProofReport, written: WrittenRuns): Promise<void> {
  const runs = written.writers.flatMap((writer) => writer.runs);
  report.check(runs.length > 0, 'runs were written while things were killed', `${runs.length}`);
  for (const [index, url] of written.urls.entries()) {
    const calls = new MlflowCalls(url);
    const found: FoundRun[] = [];
    for await (const page of allPages(calls, { experiment_ids: [written.experiment], max_results: 1_000 })) {
      found.push(...page);
    }
    const where = `at instance ${index + 1} of tracking`;
    const byName = Map.groupBy(found, ({ info }) => info.run_name);
    const twice = [...byName].filter(([, same]) => same.length > 1).map(([name]) => name);
    report.check(twice.length === 0, `no run is there twice ${where}`, twice.join(', '));
    report.equal(
      runs.filter((run) => !isWhole(run, byName.get(run.name)?.[0])).length,
      0,
      `acknowledged runs that lack a param, a tag or the latest point ${where}`,
    );
    report.equal(await withWrongHistory(url, runs), 0, `metric histories that lack or double a point ${where}`);
  }
  await verifyRows(report, runs, written);
}

function isWhole(run: WrittenRun, found: FoundRun | undefined): boolean {
  if (found?.info.run_id !== run.id) return false;
  const { params = [], metrics = [], tags = [] } = found.data;
  return (
    paramsOf(run.name).every(({ key, value }) => params.some((one) => one.key === key && one.value === value)) &&
    metrics.some(({ key, value }) => key === 'loss' && value === run.points - 1) &&
    tags.some(({ key, value }) => key === 'points' && value === String(run.points))
  );
}

async function withWrongHistory(url: string, runs: readonly WrittenRun[]): Promise<number> {
  let wrong = 0;
  for (const { id, points } of runs) {
    const answer = await fetch(`${url}/api/2.0/mlflow/metrics/get-history?run_id=${id}&metric_key=loss`);
    const { metrics = [] } = (await answer.json()) as { metrics?: readonly { readonly step: number }[] };
    const steps = metrics.map(({ step }) => step).toSorted((a, b) => a - b);
    if (steps.length !== points || steps.some((step, index) => step !== index)) wrong += 1;
  }
  return wrong;
}

/** What analysts see, counted. */
async function verifyRows(
  report: ProofReport,
  runs: readonly WrittenRun[],
  { experiment, env }: WrittenRuns,
): Promise<void> {
  const clickhouse = clickhouseOf(env);
  try {
    const count = async (sql: string): Promise<number> =>
      Number((await clickhouse.query<{ n: string }>(sql, { experiment }))[0]?.n);
    const rows = await count('SELECT count() AS n FROM v_runs WHERE experiment_id = {experiment: String}');
    report.equal(rows, runs.length, 'rows of v_runs');
    const points = await count('SELECT count() AS n FROM v_run_metrics WHERE experiment_id = {experiment: String}');
    report.equal(
      points,
      runs.reduce((sum, run) => sum + run.points, 0),
      'rows of v_run_metrics',
    );
  } finally {
    await clickhouse.close();
  }
}
