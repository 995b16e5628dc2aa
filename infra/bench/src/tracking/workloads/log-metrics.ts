import { okBody, paths } from '../mlflow-api.ts';
import { createRuns } from '../seed.ts';
import type { Workload } from '../workload.ts';

const firstTimestampMs = Date.UTC(2026, 0, 1);

/** One point a request, each client to a run of its own. */
export async function logMetrics(url: string, name: string, clients: number): Promise<Workload> {
  const runIds = await createRuns(url, name, clients);
  const acknowledged = runIds.map(() => 0);
  return {
    async once(connection, client) {
      const runId = runIds[client] ?? '';
      const step = acknowledged[client] ?? 0;
      const body = `{"run_id":"${runId}","run_uuid":"${runId}","key":"loss","value":${step / 8},"timestamp":${firstTimestampMs + step},"step":${step}}`;
      okBody(await connection.post(paths.logMetric, body));
      acknowledged[client] = step + 1;
    },
    async verify(api) {
      let points = 0;
      for (const [client, runId] of runIds.entries()) {
        const stored = await api.countPoints(runId, 'loss');
        if (stored !== acknowledged[client])
          throw new Error(`${stored} points are stored, ${acknowledged[client]} were acknowledged`);
        points += stored;
      }
      return `${points} points, all that were acknowledged`;
    },
  };
}
