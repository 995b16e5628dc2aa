import { table } from '@millrace/clickhouse';
import type { RunFact } from '../../flow/runs/run-facts.ts';

/** Writes that are named void: their facts stay in the other tables and are left out by whoever reads those. */
export const runVoidsTable = table<RunFact>('run_voids', {
  subject: { type: 'LowCardinality(String)', of: (fact) => fact.subject },
  id: { type: 'String', of: (fact) => fact.id },
  log_offset: { type: 'UInt64', of: (fact) => Number(fact.key) },
});

/** Runs that were purged; a further row says that their rows were taken out of the other tables. */
export const runPurgesTable = table<RunFact>('run_purges', {
  subject: { type: 'LowCardinality(String)', of: (fact) => fact.subject },
  id: { type: 'String', of: (fact) => fact.id },
  experiment_id: { type: 'LowCardinality(String)', of: (fact) => fact.experimentId },
  erased: { type: 'Bool', of: () => false },
  recorded_at: { type: "DateTime64(3, 'UTC')", of: (fact) => fact.recordedAtMs },
});

/** Facts other than points of metrics. */
export const runFactsTable = table<RunFact>('run_facts', {
  subject: { type: 'LowCardinality(String)', of: (fact) => fact.subject },
  id: { type: 'String', of: (fact) => fact.id },
  experiment_id: { type: 'LowCardinality(String)', of: (fact) => fact.experimentId },
  kind: { type: 'LowCardinality(String)', of: (fact) => fact.kind },
  key: { type: 'String', of: (fact) => fact.key },
  text: { type: 'String', of: (fact) => fact.text },
  number: { type: 'Float64', of: (fact) => fact.number },
  step: { type: 'Int64', of: (fact) => fact.step },
  removed: { type: 'Bool', of: (fact) => fact.removed },
  dataset_name: { type: 'String', of: (fact) => fact.datasetName },
  dataset_digest: { type: 'String', of: (fact) => fact.datasetDigest },
  log_partition: { type: 'UInt32', of: (fact) => fact.partition },
  log_offset: { type: 'UInt64', of: (fact) => fact.offset },
  item: { type: 'UInt32', of: (fact) => fact.item },
  recorded_at: { type: "DateTime64(3, 'UTC')", of: (fact) => fact.recordedAtMs },
  actor: { type: 'String', of: (fact) => fact.actor },
  layout: { type: 'UInt8', of: () => 2 },
});
