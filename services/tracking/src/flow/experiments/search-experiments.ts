import { searchRecords, type RecordPage, type RecordQuery, type Searchable } from '@millrace/mlflow-protocol';
import type { Experiment } from './experiments.ts';
import type { ViewType } from '../runs/run-search.ts';

const experiments: Searchable<Experiment> = {
  fields: {
    name: { type: 'text', value: ({ name }) => name },
    experiment_id: { type: 'text', value: ({ id }) => id, order: ({ id }) => Number(id) },
    creation_time: { type: 'number', value: ({ createdAtMs }) => createdAtMs },
    last_update_time: { type: 'number', value: ({ updatedAtMs }) => updatedAtMs },
  },
  tag: ({ tags }, key) => tags.get(key),
  defaultOrder: [{ entity: null, key: 'experiment_id', descending: true }],
};

/** The newest first unless an order is asked for. */
export function searchExperiments(
  all: Iterable<Experiment>,
  { view, ...query }: Omit<RecordQuery, 'scope'> & { readonly view: ViewType },
): RecordPage<Experiment> {
  const seen = [...all].filter(
    ({ lifecycleStage }) => view === 'ALL' || (view === 'ACTIVE_ONLY') === (lifecycleStage === 'active'),
  );
  const orderBy = query.orderBy.length > 0 ? query.orderBy : ['creation_time DESC', 'experiment_id ASC'];
  return searchRecords(seen, experiments, { ...query, orderBy, scope: view });
}
