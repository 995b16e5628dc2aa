import { MlflowApi } from './mlflow-api.ts';
import { batchOf, startOf } from './seeded-runs.ts';

export interface SeededExperiment {
  readonly experimentId: string;
  readonly runs: number;
  readonly perSecond: number;
}

const writers = 8;

/** Makes the runs through the server's own API: each created, then filled with one batch. */
export async function seedRuns(url: string, name: string, runs: number): Promise<SeededExperiment> {
  const experimentId = await MlflowApi.to(url, (api) => api.createExperiment(name));
  const startMs = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: writers }, () =>
      MlflowApi.to(url, async (api) => {
        while (next < runs) {
          const index = (next += 1) - 1;
          await api.logBatch(await api.createRun(experimentId, startOf(index)), batchOf(index));
        }
      }),
    ),
  );
  return { experimentId, runs, perSecond: (runs / (performance.now() - startMs)) * 1_000 };
}

/** A run with one long metric, whose value is its step. */
export function seedHistory(url: string, name: string, points: number): Promise<string> {
  return MlflowApi.to(url, async (api) => {
    const runId = await api.createRun(await api.createExperiment(name), startOf(0));
    for (let from = 0; from < points; from += 1_000) {
      const steps = Array.from({ length: Math.min(1_000, points - from) }, (_, i) => from + i);
      const metrics = steps.map((step) => ({ key: 'loss', value: step, timestamp: startOf(0) + step, step }));
      await api.logBatch(runId, { metrics });
    }
    return runId;
  });
}

/** Empty runs in an experiment of their own, for what is logged to them. */
export function createRuns(url: string, name: string, count: number): Promise<string[]> {
  return MlflowApi.to(url, async (api) => {
    const experimentId = await api.createExperiment(name);
    const ids: string[] = [];
    while (ids.length < count) ids.push(await api.createRun(experimentId, startOf(ids.length)));
    return ids;
  });
}
