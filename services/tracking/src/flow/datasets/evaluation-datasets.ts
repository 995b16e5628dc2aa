import { createHash } from 'node:crypto';
import type { SubmitOptions } from '@millrace/events';
import {
  doesNotExist,
  MlflowError,
  searchRecords,
  type MlflowErrorCode,
  type RecordPage,
  type RecordQuery,
  type Searchable,
} from '@millrace/mlflow-protocol';
import type { Subject } from '@millrace/people';
import type { ExperimentsState } from '../experiments/experiments.ts';
import { experimentSubject } from '../people/tracked-subjects.ts';
import type { TrackingJournal } from '../tracking-domain.ts';
import type { DatasetCommand, DatasetTag, EvaluationDataset } from './dataset-commands.ts';
import type { DatasetHistory, DatasetLog, LastWrite, RecordStatistics } from './ports.ts';

/** A dataset with what its records say of it. */
export interface DescribedDataset extends EvaluationDataset {
  readonly lastUpdatedAtMs: number;
  readonly lastUpdatedBy: string | null;
  readonly digest: string;
  /** JSON; null until the first record. */
  readonly schema: string | null;
  readonly profile: string | null;
}

export interface DatasetScope {
  /** All when it names none. */
  readonly experimentIds: readonly string[];
  /** What whoever asks may see; null sees everything. */
  readonly sees: ((subject: Subject) => boolean) | null;
}

type DatedDataset = Omit<DescribedDataset, 'schema' | 'profile'>;

const datasets: Searchable<DatedDataset> = {
  fields: {
    name: { type: 'text', value: ({ name }) => name },
    created_time: { type: 'integer', value: ({ createdAtMs }) => createdAtMs },
    last_update_time: { type: 'integer', value: ({ lastUpdatedAtMs }) => lastUpdatedAtMs },
    created_by: { type: 'text', value: ({ createdBy }) => createdBy ?? undefined, only: 'filter' },
    last_updated_by: { type: 'text', value: ({ lastUpdatedBy }) => lastUpdatedBy ?? undefined, only: 'filter' },
    dataset_id: { type: 'text', value: ({ id }) => id, only: 'order' },
  },
  tag: ({ tags }, key) => tags.get(key),
  defaultOrder: [{ entity: null, key: 'dataset_id', descending: true }],
};

/** Evaluation datasets as such: what is said of them in the journal, together with what was written to their records. */
export class EvaluationDatasets {
  readonly #journal: TrackingJournal;
  readonly #log: DatasetLog;
  readonly #history: DatasetHistory;

  constructor(journal: TrackingJournal, log: DatasetLog, history: DatasetHistory) {
    this.#journal = journal;
    this.#log = log;
    this.#history = history;
  }

  async create(
    command: {
      readonly id: string;
      readonly name: string;
      readonly tags: readonly DatasetTag[];
      readonly experimentIds: readonly string[];
    },
    caller: SubmitOptions,
  ): Promise<DescribedDataset> {
    const created = await this.change({ type: 'create-dataset', ...command }, caller);
    return { ...dated(created, undefined), schema: null, profile: null };
  }

  /** What the journal says of it. */
  async find(id: string): Promise<EvaluationDataset | undefined> {
    return (await this.#journal.read()).datasets.get(id);
  }

  async get(id: string): Promise<DescribedDataset> {
    const dataset = await this.find(id);
    if (dataset === undefined) throw datasetNotFound(id);
    const [described] = await this.#described(
      [dataset],
      await this.#stored(id).then(() => this.#lastWrites([dataset])),
    );
    if (described === undefined) throw datasetNotFound(id);
    return described;
  }

  async search({ experimentIds, sees, ...query }: RecordQuery & DatasetScope): Promise<RecordPage<DescribedDataset>> {
    const state = await this.#journal.read();
    const asked = [...state.datasets.values()].filter(
      (dataset) => isIn(dataset, experimentIds) && isSeen(dataset, state, sees),
    );
    await this.#stored();
    const last = await this.#lastWrites(asked);
    const orderBy = query.orderBy.length > 0 ? query.orderBy : ['created_time DESC'];
    const found = searchRecords(
      asked.map((dataset) => dated(dataset, last.get(dataset.id))),
      datasets,
      { ...query, orderBy, scope: experimentIds },
    );
    return { ...found, page: await this.#described(found.page, last) };
  }

  /** Submits what changes a dataset, and gives it as the journal says it is then. */
  change(
    command: Exclude<DatasetCommand, { readonly type: 'delete-dataset' | 'untag-dataset' }>,
    caller: SubmitOptions,
  ): Promise<EvaluationDataset> {
    return this.#submit<EvaluationDataset>(command, caller);
  }

  /** One that is not there is as good as deleted: null. */
  async delete(id: string, caller: SubmitOptions): Promise<EvaluationDataset | null> {
    return this.#submit<EvaluationDataset | null>({ type: 'delete-dataset', id }, caller);
  }

  async untag(id: string, key: string, caller: SubmitOptions): Promise<void> {
    await this.#submit({ type: 'untag-dataset', id, key }, caller);
  }

  async #submit<T>(command: DatasetCommand, caller: SubmitOptions): Promise<T> {
    const applied = await this.#journal.submit(command, caller);
    if (!applied.ok) throw new MlflowError(applied.code as MlflowErrorCode, applied.message);
    return applied.result as T;
  }

  async #stored(id?: string): Promise<void> {
    await this.#history.untilStored(await this.#log.ends(id));
  }

  #lastWrites(of: readonly EvaluationDataset[]): Promise<ReadonlyMap<string, LastWrite>> {
    return this.#history.lastWrites(of.map(({ id }) => id));
  }

  async #described(
    of: readonly EvaluationDataset[],
    last: ReadonlyMap<string, LastWrite>,
  ): Promise<DescribedDataset[]> {
    const written = of.filter(({ id }) => last.has(id));
    const statistics = await this.#history.statistics(written.map(({ id }) => id));
    return of.map((dataset) => {
      const records = statistics.get(dataset.id);
      return { ...dated(dataset, last.get(dataset.id)), schema: schemaOf(records), profile: profileOf(records) };
    });
  }
}

export function datasetNotFound(id: string): Error {
  return doesNotExist(`Evaluation dataset with id '${id}' not found`);
}

/** A dataset belongs to the experiment that it was added to first; one that is in none is seen by who sees everything. */
function isSeen(
  { experimentIds: [first = ''] }: EvaluationDataset,
  { experiments }: ExperimentsState,
  sees: DatasetScope['sees'],
): boolean {
  const experiment = experiments.get(first);
  return sees === null || (experiment !== undefined && sees(experimentSubject(experiment)));
}

function isIn({ experimentIds }: EvaluationDataset, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((id) => experimentIds.includes(id));
}

/** The digest changes with the records only, and knows them by the time of their last write. */
export function dated(dataset: EvaluationDataset, last: LastWrite | undefined): DatedDataset {
  const digest = createHash('sha256')
    .update(`${dataset.name}:${last?.atMs ?? dataset.createdAtMs}`)
    .digest('hex');
  return {
    ...dataset,
    lastUpdatedAtMs: Math.max(dataset.updatedAtMs, last?.atMs ?? 0),
    lastUpdatedBy: last === undefined ? dataset.createdBy : last.by,
    digest: digest.slice(0, 8),
  };
}

/** Which fields the records have had, ever: the first type of a field counts, and so does an output without fields that came first. */
export function schemaOf(records: RecordStatistics | undefined): string | null {
  if (records === undefined || !records.any) return null;
  const types = (section: string): Record<string, string> =>
    Object.fromEntries(
      records.fields.filter((field) => field.section === section).map(({ name, type }) => [name, type]),
    );
  const output = records.fields.find(({ section }) => section === 'output' || section === 'outputs');
  return JSON.stringify({
    inputs: types('inputs'),
    outputs: output?.section === 'output' ? output.type : types('outputs'),
    expectations: types('expectations'),
    version: '1.0',
  });
}

/** What a dataset says that has lost all of its records is what MLflow writes then. */
export function profileOf(records: RecordStatistics | undefined): string | null {
  if (records === undefined || !records.any) return null;
  return JSON.stringify(records.count > 0 ? { num_records: records.count } : null);
}
