import { compareTags } from './compare-tags.ts';
import { copyLoggedModel, type ModelPoint } from './copy-logged-model.ts';
import { CopyRun } from './copy-run.ts';
import { ExperimentGate, type ExperimentPlace } from './experiment-place.ts';
import type { ImportContext } from './import-context.ts';
import { whole, type SourceExperiment } from './mlflow-entities.ts';
import { sideBySide } from './side-by-side.ts';
import { CopyTraces } from './traces/copy-traces.ts';
import type { SourceTraces } from './traces/source-traces.ts';

const defaultName = 'Default';

/** One experiment with everything in it: logged models before runs, whose points may measure them, and traces of the runs last. */
export async function copyExperiment(
  context: ImportContext,
  experiment: SourceExperiment,
  { hasLoggedModels, traces }: { readonly hasLoggedModels: boolean; readonly traces: SourceTraces | null },
): Promise<void> {
  const { source, atOnce } = context;
  const place = await placeOf(context, experiment);
  if (place === null) return;
  const staysDeleted = isDeleted(experiment) && experiment.name !== defaultName;
  const gate = new ExperimentGate(context, place, { staysDeleted });
  const modelPoints = new Map<string, ModelPoint[]>();
  if (hasLoggedModels) {
    await sideBySide(source.loggedModels(experiment.experiment_id), atOnce, async (model) => {
      for (const point of await copyLoggedModel(context, { model, place, gate })) {
        modelPoints.set(point.runId, [...(modelPoints.get(point.runId) ?? []), point]);
      }
    });
  }
  const runs = new CopyRun(context, { place, gate, modelPoints, experimentIsDeleted: staysDeleted });
  await sideBySide(source.runs(experiment.experiment_id), atOnce, (run) => runs.run(run));
  if (traces !== null) {
    await new CopyTraces(context, { traces, from: experiment.experiment_id, place, gate }).run();
  }
  await gate.close();
}

/** Null when it cannot be copied, which is said. */
async function placeOf(context: ImportContext, experiment: SourceExperiment): Promise<ExperimentPlace | null> {
  const { target, report, isPlan } = context;
  const { name, tags } = experiment;
  const found = await target.experiment(name);
  if (found === null) {
    report.tell('experiment', 'copied');
    // No run has such an id: all of them are told to be new.
    if (isPlan) return { id: '', name, isDeleted: false };
    const created = await target.begin<{ experimentId: string }>('experiments', {
      id: experiment.experiment_id,
      name,
      tags: (tags ?? []).map(({ key, value = '' }) => ({ key, value })),
      createdAtMs: whole(experiment.creation_time),
      updatedAtMs: whole(experiment.last_update_time),
    });
    return { id: created.experimentId, name, isDeleted: false };
  }
  const place = { id: found.experiment_id, name, isDeleted: isDeleted(found) };
  if (place.isDeleted && !isDeleted(experiment)) {
    report.problems.push(
      `experiment "${name}" is deleted here and not there: restore it, or leave it out with --experiment`,
    );
    return null;
  }
  // Of the same time it is the copy of an earlier import; any other was made here.
  const isCopy = whole(found.creation_time) === whole(experiment.creation_time);
  if (!isCopy && name !== defaultName) {
    if (isDeleted(experiment)) {
      report.problems.push(
        `experiment "${name}" is deleted there, and another one of that name is here: it is left out`,
      );
      return null;
    }
    report.notes.add(`experiment "${name}" was here before: the runs are added to it`);
  }
  report.tell('experiment', 'there');
  const { missing, differing } = compareTags(tags, found.tags);
  if (differing.length > 0)
    report.problems.push(`experiment "${name}" has other tags here, which stay: ${differing.join(', ')}`);
  if (place.isDeleted || isPlan) return place;
  for (const { key, value } of missing) {
    await target.change('POST', 'experiments/set-experiment-tag', { experiment_id: place.id, key, value });
  }
  return place;
}

function isDeleted({ lifecycle_stage: stage }: SourceExperiment): boolean {
  return stage === 'deleted';
}
