import { table } from '@millrace/clickhouse';
import type { RunFact } from '../../flow/runs/run-facts.ts';

export const metricPointsTable = table<RunFact>('run_metric_points', {
  subject: { type: 'LowCardinality(String)', of: (fact) => fact.subject },
  id: { type: 'String', of: (fact) => fact.id },
  experiment_id: { type: 'LowCardinality(String)', of: (fact) => fact.experimentId },
  key: { type: 'String', of: (fact) => fact.key },
  timestamp_ms: { type: 'Int64', of: (fact) => fact.timestampMs },
  step: { type: 'Int64', of: (fact) => fact.step },
  value: { type: 'Float64', of: (fact) => fact.number },
  model_id: { type: 'String', of: (fact) => fact.modelId },
  run_id: { type: 'String', of: (fact) => fact.runId },
  dataset_name: { type: 'String', of: (fact) => fact.datasetName },
  dataset_digest: { type: 'String', of: (fact) => fact.datasetDigest },
  log_partition: { type: 'UInt32', of: (fact) => fact.partition },
  log_offset: { type: 'UInt64', of: (fact) => fact.offset },
  item: { type: 'UInt32', of: (fact) => fact.item },
  recorded_at: { type: "DateTime64(3, 'UTC')", of: (fact) => fact.recordedAtMs },
  actor: { type: 'String', of: (fact) => fact.actor },
});
