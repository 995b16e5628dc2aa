import type { ModelPromoted, Outcome, Prediction } from '@millrace/schemas';
import { table } from '../table.ts';
import { identityColumns, TIME, WORD } from './identity-columns.ts';

/** `predictions`: every score with its inputs as served. */
export const predictionsTable = table<Prediction>('predictions', {
  ...identityColumns<Prediction>(),
  endpoint: { type: WORD, of: (p) => p.endpoint },
  request_id: { type: 'Nullable(String)', of: (p) => p.requestId },
  source_event_id: { type: 'Nullable(String)', of: (p) => p.sourceEventId },
  vector_event_id: { type: 'Nullable(String)', of: (p) => p.vectorEventId },
  entities: { type: 'Map(LowCardinality(String), String)', of: (p) => p.entities },
  event_time: { type: TIME, of: (p) => p.eventTimeMs },
  source_timestamp: { type: TIME, of: (p) => p.sourceTimestampMs },
  feature_service: { type: WORD, of: (p) => p.featureService },
  feature_service_version: { type: 'UInt32', of: (p) => p.featureServiceVersion },
  model: { type: WORD, of: (p) => p.model },
  model_version: { type: WORD, of: (p) => p.modelVersion },
  artifact_hash: { type: WORD, of: (p) => p.artifactHash },
  status: { type: WORD, of: (p) => p.status },
  error: { type: 'Nullable(String)', of: (p) => p.error },
  score: { type: 'Nullable(Float64)', of: (p) => p.score },
  outputs: { type: 'Map(LowCardinality(String), Float64)', of: (p) => p.outputs },
  numbers: { type: 'Array(Float64)', of: (p) => p.numbers },
  strings: { type: 'Array(Nullable(String))', of: (p) => p.strings },
  vector_at: { type: TIME, of: (p) => p.vectorAtMs },
  scored_at: { type: TIME, of: (p) => p.scoredAtMs },
  duration_us: { type: 'UInt64', of: (p) => p.durationUs },
});

/** `outcomes`: labels as they become known. */
export const outcomesTable = table<Outcome>('outcomes', {
  event_id: { type: 'String', of: (o) => o.eventId },
  source: { type: WORD, of: (o) => o.source },
  source_event_id: { type: 'String', of: (o) => o.sourceEventId },
  label: { type: 'Float64', of: (o) => o.label },
  event_time: { type: TIME, of: (o) => o.eventTimeMs },
  observed_at: { type: TIME, of: (o) => o.observedAtMs },
});

/** `model_promotions`: which version was in charge since when. */
export const modelPromotionsTable = table<ModelPromoted>('model_promotions', {
  ...identityColumns<ModelPromoted>(),
  model: { type: 'String', of: (m) => m.model },
  version: { type: 'String', of: (m) => m.version },
  previous_version: { type: 'Nullable(String)', of: (m) => m.previousVersion },
  target: { type: 'String', of: (m) => m.target },
  artifact_hash: { type: 'String', of: (m) => m.artifactHash },
  artifact_uri: { type: 'String', of: (m) => m.artifactUri },
  run_id: { type: 'Nullable(String)', of: (m) => m.runId },
  actor: { type: 'String', of: (m) => m.actor },
  promoted_at: { type: TIME, of: (m) => m.promotedAtMs },
});
