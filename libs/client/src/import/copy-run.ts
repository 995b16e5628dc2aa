import { compareRun, type RunChanges } from './compare-run.ts';
import type { ModelPoint } from './copy-logged-model.ts';
import { copyPoints, type RunWriter } from './copy-points.ts';
import type { ExperimentGate, ExperimentPlace } from './experiment-place.ts';
import { fingerprintOf } from './checkpoint.ts';
import type { ImportContext } from './import-context.ts';
import { runIdOf, whole, type Run } from './mlflow-entities.ts';
import { refusalOf } from './refusal-of.ts';

const batchSize = 100;
const nameTag = 'mlflow.runName';

interface Surroundings {
  readonly place: ExperimentPlace;
  readonly gate: ExperimentGate;
  /** By run, what it has still to log for logged models. */
  readonly modelPoints: ReadonlyMap<string, readonly ModelPoint[]>;
  readonly experimentIsDeleted: boolean;
}

/** Runs of one experiment, each with all that was logged to it. What is here already is completed and never overwritten. */
export class CopyRun {
  readonly #context: ImportContext;
  readonly #around: Surroundings;

  constructor(context: ImportContext, around: Surroundings) {
    this.#context = context;
    this.#around = around;
  }

  async run(run: Run): Promise<void> {
    const { target, report, checkpoint, isPlan, rechecks } = this.#context;
    const runId = runIdOf(run);
    const fingerprint = fingerprintOf(run);
    const found = await target.run(runId);
    const strange = found === null ? null : this.#strangeness(run, found);
    if (strange !== null) {
      report.problems.push(`run ${runId} (${run.info.run_name ?? ''}) ${strange}: it is left as it is`);
      return;
    }
    const isDone = !rechecks && checkpoint.isDone(runId, fingerprint) && !this.#around.modelPoints.has(runId);
    if (isPlan || (found !== null && isDone)) return report.tell('run', found === null ? 'copied' : 'there');
    const problemsBefore = report.problems.length;
    try {
      const changed = await this.#copy(run, found);
      report.tell('run', found === null ? 'copied' : 'there');
      if (found !== null && changed) report.tell('run', 'completed');
      if (report.problems.length === problemsBefore) checkpoint.done(runId, fingerprint);
    } catch (error) {
      report.problems.push(`run ${runId} (${run.info.run_name ?? ''}) is not copied whole: ${refusalOf(error)}`);
    }
  }

  /** Why what is here under the same id is not this run, or is not to be touched. */
  #strangeness({ info }: Run, { info: here }: Run): string | null {
    const { place, experimentIsDeleted } = this.#around;
    if (here.experiment_id !== place.id)
      return `is in experiment ${here.experiment_id} here and not in "${place.name}"`;
    if (whole(here.start_time) !== whole(info.start_time) || (here.user_id ?? '') !== (info.user_id ?? '')) {
      return `is another one here, of ${here.user_id || 'nobody'}, started at ${new Date(whole(here.start_time)).toISOString()}`;
    }
    const isDeletedHere = here.lifecycle_stage === 'deleted' && !place.isDeleted;
    return isDeletedHere && info.lifecycle_stage !== 'deleted' && !experimentIsDeleted
      ? 'is deleted here and not there'
      : null;
  }

  /** Whether anything was changed. */
  async #copy(run: Run, found: Run | null): Promise<boolean> {
    const { source, target, files } = this.#context;
    const { place, gate, modelPoints, experimentIsDeleted } = this.#around;
    const runId = runIdOf(run);
    const writer = this.#writer(runId, found);
    const artifactUri = found?.info.artifact_uri ?? (await this.#begin(run));
    await this.#log(runId, compareRun(run, found), writer);
    const ofModels = modelPoints.get(runId) ?? [];
    await copyPoints(this.#context, { run, isNew: found === null, ofModels, writer });
    await files.run(
      source.filesOfRun(run),
      { what: `run ${runId}`, artifactUri, isNew: found === null },
      writer.beforeWrite,
    );
    const staysDeleted = run.info.lifecycle_stage === 'deleted' && !experimentIsDeleted;
    if (staysDeleted && !writer.isDeleted()) {
      await gate.open();
      await target.change('POST', 'runs/delete', { run_id: runId });
    }
    const wasDeleted = found?.info.lifecycle_stage === 'deleted' && !place.isDeleted;
    return writer.hasWritten() || (found !== null && staysDeleted && !wasDeleted);
  }

  async #begin({ info, data }: Run): Promise<string> {
    const { place, gate } = this.#around;
    await gate.open();
    const { artifactUri } = await this.#context.target.begin<{ artifactUri: string }>('runs', {
      runId: info.run_id ?? info.run_uuid,
      experimentId: place.id,
      name: info.run_name || data?.tags?.find(({ key }) => key === nameTag)?.value || 'unnamed',
      userId: info.user_id ?? '',
      status: info.status ?? 'RUNNING',
      startTimeMs: whole(info.start_time),
      endTimeMs: whole(info.end_time) === 0 ? null : whole(info.end_time),
    });
    return artifactUri;
  }

  async #log(runId: string, changes: RunChanges, writer: RunWriter): Promise<void> {
    const { report } = this.#context;
    const { params, tags, datasets, modelInputs, modelOutputs, end } = changes;
    for (const [what, { differing }] of [
      ['params', params],
      ['tags', tags],
    ] as const) {
      if (differing.length > 0)
        report.problems.push(`run ${runId} has other ${what} here, which stay: ${differing.join(', ')}`);
    }
    for (const some of slices(params.missing)) await writer.write('runs/log-batch', { params: some });
    for (const some of slices(tags.missing)) await writer.write('runs/log-batch', { tags: some });
    for (const some of slices(datasets)) await writer.write('runs/log-inputs', { datasets: some });
    for (const some of slices(modelInputs)) await writer.write('runs/log-inputs', { models: some });
    for (const some of slices(modelOutputs)) await writer.write('runs/outputs', { models: some });
    if (end !== null) await writer.write('runs/update', end);
  }

  /** A deleted run is restored before its first write. */
  #writer(runId: string, found: Run | null): RunWriter {
    const { target } = this.#context;
    const { place, gate } = this.#around;
    let isDeleted = found?.info.lifecycle_stage === 'deleted' && !place.isDeleted;
    let hasWritten = false;
    const beforeWrite = async (): Promise<void> => {
      await gate.open();
      hasWritten = true;
      if (!isDeleted) return;
      await target.change('POST', 'runs/restore', { run_id: runId });
      isDeleted = false;
    };
    return {
      beforeWrite,
      isDeleted: () => isDeleted,
      hasWritten: () => hasWritten,
      write: async (path, body) => {
        await beforeWrite();
        await target.change('POST', path, { run_id: runId, ...body });
      },
    };
  }
}

function* slices<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += batchSize) yield items.slice(at, at + batchSize);
}
