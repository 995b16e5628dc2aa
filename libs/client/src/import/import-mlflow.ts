import { ClientError } from '../client-error.ts';
import { copyExperiment } from './copy-experiment.ts';
import { copyModels } from './copy-models.ts';
import type { ImportContext } from './import-context.ts';
import type { SourceExperiment } from './mlflow-entities.ts';

export interface ImportScope {
  /** Only these; all when there is none. Models are left out then. */
  readonly experiments: readonly string[];
  readonly onlyModels: boolean;
}

/** Copies what an MLflow server holds, in an order in which nothing names what is not there yet. */
export async function importMlflow(context: ImportContext, scope: ImportScope): Promise<void> {
  const { source, report } = context;
  const version = await source.check();
  if (!scope.onlyModels) await copyExperiments(context, scope.experiments, version);
  if (scope.experiments.length === 0) await copyModels(context);
  report.at = 'done';
}

async function copyExperiments(context: ImportContext, names: readonly string[], version: string): Promise<void> {
  const { source, report } = context;
  const experiments = await selected(source.experiments(), names);
  const hasLoggedModels = await source.hasLoggedModels();
  if (!hasLoggedModels)
    report.notes.add(`the source is MLflow ${version} and has no logged models: there are none to copy`);
  const traces = await source.traces();
  if (traces === null) report.notes.add(`the source is MLflow ${version} and has no traces: there are none to copy`);
  for (const [index, experiment] of experiments.entries()) {
    report.at = `experiment "${experiment.name}" (${index + 1} of ${experiments.length})`;
    await copyExperiment(context, experiment, { hasLoggedModels, traces });
  }
}

/** By their ids, so that they are given in the same order here. */
async function selected(
  all: AsyncIterable<SourceExperiment>,
  names: readonly string[],
): Promise<readonly SourceExperiment[]> {
  const wanted = new Set(names);
  const found: SourceExperiment[] = [];
  for await (const experiment of all) if (wanted.size === 0 || wanted.has(experiment.name)) found.push(experiment);
  const known = new Set(found.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new ClientError(
      'CLIENT_OPTIONS_INVALID',
      `the source has no experiment ${unknown.map((name) => `"${name}"`).join(', ')}`,
    );
  }
  return found.sort((a, b) => Number(a.experiment_id) - Number(b.experiment_id));
}
