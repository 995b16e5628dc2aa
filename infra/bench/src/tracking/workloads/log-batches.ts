import { okBody, paths } from '../mlflow-api.ts';
import { createRuns } from '../seed.ts';
import type { Workload } from '../workload.ts';

const keys = 10;
const stepsABatch = 100;
const firstTimestampMs = Date.UTC(2026, 0, 1);

/** Batches of 1,000 new points: ten metrics of a hundred steps, each client with a run of its own. */
export async function logBatches(url: string, name: string, clients: number): Promise<Workload> {
  const runIds = await createRuns(url, name, clients);
  const acknowledged = runIds.map(() => 0);
  return {
    async once(connection, client) {
      const runId = runIds[client] ?? '';
      const firstStep = (acknowledged[client] ?? 0) * stepsABatch;
      okBody(await connection.post(paths.logBatch, batchBody(runId, firstStep)));
      acknowledged[client] = (acknowledged[client] ?? 0) + 1;
    },
    async verify(api) {
      let points = 0;
      for (const [client, runId] of runIds.entries()) {
        const expected = (acknowledged[client] ?? 0) * stepsABatch;
        for (const key of ['m0', `m${keys - 1}`]) {
          const stored = await api.countPoints(runId, key);
          if (stored !== expected)
            throw new Error(`${stored} points of ${key} are stored, ${expected} were acknowledged`);
          points += stored;
        }
      }
      return `${points} points of two of the metrics, all that were acknowledged`;
    },
  };
}

function batchBody(runId: string, firstStep: number): string {
  const points: string[] = [];
  for (let step = firstStep; step < firstStep + stepsABatch; step += 1) {
    for (let key = 0; key < keys; key += 1) {
      points.push(`{"key":"m${key}","value":${step / 8},"timestamp":${firstTimestampMs + step},"step":${step}}`);
    }
  }
  return `{"run_id":"${runId}","run_uuid":"${runId}","metrics":[${points.join(',')}]}`;
}
