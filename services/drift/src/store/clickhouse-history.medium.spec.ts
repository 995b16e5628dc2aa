import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClickHouse } from '@millrace/clickhouse';
import { DetectDrift } from '../flow/detect-drift.ts';
import type { Monitor } from '../flow/monitor.ts';
import { defaultRules } from '../flow/monitor.ts';
import { ClickHouseDriftHistory } from './clickhouse-drift-history.ts';
import { ClickHousePredictionHistory } from './clickhouse-prediction-history.ts';
import { migratedClickHouse, storeOutcomes, storePredictions } from './clickhouse-under-test.ts';
import { driftAlertsTable, driftReportsTable } from './drift-tables.ts';
import { InMemoryHistory } from './in-memory-history.ts';
import type { StoredPrediction } from './in-memory-history.ts';
import { contractPredictions, HOUR, predictionHistoryContract } from './prediction-history.contract.ts';

const catalog = { namesOf: () => Promise.resolve({ numbers: ['amount', 'isNight'], strings: ['country'] }) };
let clickhouse: ClickHouse;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ clickhouse, drop } = await migratedClickHouse());
});
afterAll(() => drop());

predictionHistoryContract('ClickHouse', async () => {
  await storePredictions(clickhouse, contractPredictions);
  // A sink that was killed between insert and commit writes its rows again, without the token when that was forgotten.
  await storePredictions(clickhouse, contractPredictions.slice(0, 30));
  return new ClickHousePredictionHistory(clickhouse, catalog);
});

test('the tables have the columns that the records are written to', async () => {
  for (const table of [driftReportsTable, driftAlertsTable]) {
    const columns = await clickhouse.query<{ name: string; type: string }>(
      `SELECT name, replaceAll(type, ',\\n', ', ') AS type FROM system.columns WHERE database = {database:String} AND table = {table:String}`,
      { database: clickhouse.database, table: table.name },
    );
    const written = Object.entries(table.columns).map(([name, { type }]) => ({ name, type }));
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(columns.sort(byName)).toEqual(written.sort(byName));
  }
});

describe('drift found in ClickHouse equals drift found in memory', () => {
  const monitor: Monitor = {
    name: 'shift',
    endpoint: 'shift',
    generation: 1,
    reference: { type: 'first', rows: 200 },
    window: { type: 'time', lengthMs: HOUR, graceMs: 0 },
    threshold: 0.5,
    minRows: 30,
    rules: defaultRules,
    createdAtMs: 0,
    createdBy: 'test',
  };
  const start = Date.UTC(2025, 5, 1);
  const predictions = Array.from({ length: 500 }, (_, i): StoredPrediction => {
    const isChanged = i >= 400;
    const value = (i * 37) % 101;
    return {
      endpoint: 'shift',
      eventTimeMs: start + i * 36_000,
      numbers: { amount: isChanged ? value * 3 : value, isNight: value % 2 },
      strings: { country: value % 5 === 0 ? null : `c${value % 3}` },
      score: value / 101,
      label: isChanged ? 1 - Number(value / 101 >= 0.5) : Number(value / 101 >= 0.5),
    };
  });

  test('reports and alerts are the same', async () => {
    await storePredictions(clickhouse, predictions, { firstOffset: 10_000 });
    const expected = new InMemoryHistory();
    expected.add(...predictions);
    const found = new InMemoryHistory();
    const limits = { maxRows: 10_000, lookBackWindows: 1000, windowsPerRound: 50, idlePartitionMs: 0 };
    const detect = (history: ClickHousePredictionHistory | InMemoryHistory, said: InMemoryHistory): DetectDrift =>
      new DetectDrift({
        history,
        drift: said,
        events: said,
        scorer: said,
        freeze: (...frozen) => said.freeze(...frozen),
        now: () => Date.UTC(2027, 0, 1),
        limits,
      });
    const signal = new AbortController().signal;
    await detect(expected, expected).round(monitor, signal);
    await detect(new ClickHousePredictionHistory(clickhouse, catalog), found).round(monitor, signal);
    expect(rounded(found.reports)).toEqual(rounded(expected.reports));
    expect(rounded(found.alerts)).toEqual(rounded(expected.alerts));
    expect(found.reports.map((report) => report.rows)).toEqual([100, 100, 100, 100]);
  });

  test('late outcomes are seen', async () => {
    const history = new ClickHousePredictionHistory(clickhouse, catalog);
    const unlabelled = predictions.slice(0, 50).map(({ label: _label, ...rest }) => ({ ...rest, endpoint: 'late' }));
    await storePredictions(clickhouse, unlabelled, { firstOffset: 20_000 });
    const range = { fromMs: start, toMs: start + HOUR };
    expect((await history.countRanges({ endpoint: 'late' }, [range]))[0]?.labelled).toBe(0);
    await storeOutcomes(
      clickhouse,
      predictions.slice(0, 20).map((p) => ({ ...p, endpoint: 'late' })),
      { firstOffset: 20_000 },
    );
    expect((await history.countRanges({ endpoint: 'late' }, [range]))[0]?.labelled).toBe(20);
  });

  test('nothing was said in an empty database', async () => {
    const history = new ClickHouseDriftHistory(clickhouse);
    expect(await history.windows(monitor)).toEqual([]);
    expect(await history.alertIds(monitor)).toEqual([]);
  });
});

/** The rows come in another order, so sums over them differ in the last digit. */
function rounded(said: unknown): unknown {
  return JSON.parse(
    JSON.stringify(said, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value)),
  );
}
