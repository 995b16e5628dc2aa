import { jsonNumber } from '@millrace/mlflow-protocol';
import type { Comparison } from '../../flow/compare/compare-runs.ts';
import { runInfoJson } from '../mlflow-json.ts';

/** The answer in pieces, as it is read. */
export async function* comparisonJson(comparison: Comparison): AsyncGenerator<string, void, void> {
  const { runs, params, tags, metrics, histories } = comparison;
  yield `{"runs":${JSON.stringify(runs.map((run) => runInfoJson(run)))},"params":${JSON.stringify(params)},"tags":${JSON.stringify(tags)},"metrics":{`;
  let separator = '';
  for (const [key, { latest, min, max }] of metrics) {
    const values = { latest: latest.map((value) => (value === null ? null : jsonNumber(value))), min, max };
    yield `${separator}${JSON.stringify(key)}:${JSON.stringify(values)}`;
    separator = ',';
  }
  yield '},"histories":[';
  separator = '';
  for await (const { key, points: found } of histories) {
    const byRun = Map.groupBy(found, (point) => point.runId);
    for (const { id: runId } of runs) {
      const ofRun = byRun.get(runId);
      if (ofRun === undefined) continue;
      const rows = ofRun.map(({ step, timestampMs, value }) => [step, timestampMs, jsonNumber(value)]);
      yield `${separator}${JSON.stringify({ run_id: runId, metric: key, points: rows })}`;
      separator = ',';
    }
  }
  yield ']}';
}
