import { MlflowApi, paths, runBody, runIdIn } from '../mlflow-api.ts';
import type { Workload } from '../workload.ts';

const firstStartMs = Date.UTC(2026, 0, 1);

/** New runs of one experiment. */
export async function createsOfRuns(url: string, name: string): Promise<Workload> {
  const experimentId = await MlflowApi.to(url, (api) => api.createExperiment(name));
  const acknowledged: string[] = [];
  let asked = 0;
  return {
    async once(connection) {
      asked += 1;
      acknowledged.push(runIdIn(await connection.post(paths.createRun, runBody(experimentId, firstStartMs + asked))));
    },
    async verify(api) {
      const stored = await api.runIds(experimentId);
      const known = new Set(stored);
      const lost = acknowledged.filter((id) => !known.has(id)).length;
      if (lost > 0 || known.size !== stored.length || new Set(acknowledged).size !== acknowledged.length)
        throw new Error(`of ${acknowledged.length} acknowledged runs ${lost} are lost; ${stored.length} are listed`);
      if (stored.length !== acknowledged.length)
        throw new Error(`${stored.length} runs are there, ${acknowledged.length} were acknowledged`);
      return `${stored.length} runs, all that were acknowledged`;
    },
  };
}
