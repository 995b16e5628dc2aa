import { compareTags } from './compare-tags.ts';
import type { ExperimentGate, ExperimentPlace } from './experiment-place.ts';
import type { ImportContext } from './import-context.ts';
import { refusalOf } from './refusal-of.ts';
import { whole, type KeyValue, type LoggedModel, type Point } from './mlflow-entities.ts';

/** A point of a run that measured a logged model, which the run logs once more for the model. */
export interface ModelPoint {
  readonly runId: string;
  readonly modelId: string;
  readonly point: Point;
}

const pending = 'LOGGED_MODEL_PENDING';
/** The registry writes this one itself, when versions are registered. */
const versionsTag = 'mlflow.modelVersions';
const batchSize = 100;

/** A logged model with its files; gives the points that are still to be logged to it by their runs. */
export async function copyLoggedModel(
  context: ImportContext,
  {
    model,
    place,
    gate,
  }: { readonly model: LoggedModel; readonly place: ExperimentPlace; readonly gate: ExperimentGate },
): Promise<ModelPoint[]> {
  const { target, source, report, isPlan, files } = context;
  const { model_id: modelId, name } = model.info;
  const what = `logged model ${modelId} (${name})`;
  const found = await target.loggedModel(modelId);
  report.tell('logged model', found === null ? 'copied' : 'there');
  if (isPlan) return [];
  try {
    const before = report.changes;
    const begun = found ?? (await begin(context, { model, place, gate }));
    await logParams(context, model, found?.data?.params);
    await setTags(context, model, found?.info.tags, what);
    const artifactUri = begun.info.artifact_uri ?? '';
    await files.run(source.filesOfModel(modelId), { what, artifactUri, isNew: found === null }, () => gate.open());
    const status = statusOf(model);
    if (statusOf(begun) === pending && status !== pending) {
      await target.change('PATCH', `logged-models/${modelId}`, { model_id: modelId, status });
    }
    if (found !== null && report.changes > before) report.tell('logged model', 'completed');
    return missingModelPoints(model, found);
  } catch (error) {
    report.problems.push(`${what} is not copied whole: ${refusalOf(error)}`);
    return [];
  }
}

/** Ready is said at the end, when all files are there. */
async function begin(
  { target }: ImportContext,
  {
    model,
    place,
    gate,
  }: { readonly model: LoggedModel; readonly place: ExperimentPlace; readonly gate: ExperimentGate },
): Promise<LoggedModel> {
  await gate.open();
  const { model_id: modelId, name, model_type: modelType, source_run_id: sourceRunId } = model.info;
  const { artifactUri } = await target.begin<{ artifactUri: string }>('logged-models', {
    modelId,
    experimentId: place.id,
    name,
    modelType: modelType || null,
    sourceRunId: sourceRunId || null,
    status: pending,
    createdAtMs: whole(model.info.creation_timestamp_ms),
  });
  return { info: { ...model.info, status: pending, artifact_uri: artifactUri } };
}

async function logParams({ target }: ImportContext, model: LoggedModel, here: readonly KeyValue[] = []): Promise<void> {
  const { model_id: modelId } = model.info;
  const { missing } = compareTags(model.data?.params, here);
  for (let at = 0; at < missing.length; at += batchSize) {
    const params = missing.slice(at, at + batchSize);
    await target.change('POST', `logged-models/${modelId}/params`, { model_id: modelId, params });
  }
}

async function setTags(
  { target, report }: ImportContext,
  model: LoggedModel,
  here: readonly KeyValue[] = [],
  what: string,
): Promise<void> {
  const { model_id: modelId, tags = [] } = model.info;
  const { missing, differing } = compareTags(
    tags.filter(({ key }) => key !== versionsTag),
    here,
  );
  for (let at = 0; at < missing.length; at += batchSize) {
    const some = missing.slice(at, at + batchSize);
    await target.change('PATCH', `logged-models/${modelId}/tags`, { model_id: modelId, tags: some });
  }
  if (differing.length > 0) report.problems.push(`${what} has other tags here, which stay: ${differing.join(', ')}`);
}

/** Of each metric the newest point, unless it is here. */
function missingModelPoints(model: LoggedModel, here: LoggedModel | null): ModelPoint[] {
  const held = new Map(here?.data?.metrics?.map((point) => [point.key, point]));
  const newest = new Map<string, Point>();
  for (const point of model.data?.metrics ?? []) {
    const other = newest.get(point.key);
    if (other === undefined || isNewer(point, other)) newest.set(point.key, point);
  }
  return [...newest.values()].flatMap((point) => {
    const old = held.get(point.key);
    if (point.run_id === undefined || point.run_id === '' || (old !== undefined && !isNewer(point, old))) return [];
    return [{ runId: point.run_id, modelId: model.info.model_id, point }];
  });
}

function isNewer(a: Point, b: Point): boolean {
  const order =
    whole(a.step) - whole(b.step) ||
    whole(a.timestamp) - whole(b.timestamp) ||
    Number(a.value ?? 0) - Number(b.value ?? 0);
  return order > 0;
}

const statuses: Readonly<Record<string, string>> = {
  1: pending,
  2: 'LOGGED_MODEL_READY',
  3: 'LOGGED_MODEL_UPLOAD_FAILED',
};

function statusOf({ info: { status = pending } }: LoggedModel): string {
  return statuses[String(status)] ?? String(status);
}
