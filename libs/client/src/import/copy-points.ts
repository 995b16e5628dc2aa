import type { ModelPoint } from './copy-logged-model.ts';
import type { ImportContext } from './import-context.ts';
import { inBatches, missingPoints } from './missing-points.ts';
import { runIdOf, whole, type Point, type Run } from './mlflow-entities.ts';

export interface RunWriter {
  /** Before what changes the run in another way than by `write`. */
  readonly beforeWrite: () => Promise<void>;
  readonly write: (path: string, body: object) => Promise<void>;
  readonly isDeleted: () => boolean;
  readonly hasWritten: () => boolean;
}

/** As many points as one call takes. */
const batchSize = 1000;

/** All points of all metrics of a run that are not here yet, and those that it measured logged models by. */
export async function copyPoints(
  { source, target, report }: ImportContext,
  about: {
    readonly run: Run;
    readonly isNew: boolean;
    readonly ofModels: readonly ModelPoint[];
    readonly writer: RunWriter;
  },
): Promise<void> {
  const { run, isNew, ofModels, writer } = about;
  const runId = runIdOf(run);
  for (const { key } of run.data?.metrics ?? []) {
    const there = source.points(runId, key);
    const missing = isNew ? there : missingPoints(there, target.points(runId, key));
    for await (const points of inBatches(missing, batchSize)) {
      await writer.write('runs/log-batch', { metrics: points.map((point) => pointJson(key, point)) });
      report.points += points.length;
    }
  }
  const measured = ofModels.map(({ modelId, point }) => ({
    ...pointJson(point.key, { ...point, value: valueInRun(run, point) }),
    model_id: modelId,
  }));
  for await (const metrics of inBatches(measured, batchSize)) await writer.write('runs/log-batch', { metrics });
}

/** MLflow's store of logged models has 0 for what is no number; the run that logged the point knows better. */
function valueInRun({ data }: Run, { key, timestamp, step, value = 0 }: Point): number | string {
  const own = data?.metrics?.find(
    (point) => point.key === key && whole(point.timestamp) === whole(timestamp) && whole(point.step) === whole(step),
  );
  return own?.value ?? value;
}

function pointJson(key: string, { value = 0, timestamp, step, dataset_name: name, dataset_digest: digest }: Point) {
  return {
    key,
    value,
    timestamp: whole(timestamp),
    step: whole(step),
    ...(name !== undefined && { dataset_name: name }),
    ...(digest !== undefined && { dataset_digest: digest }),
  };
}
