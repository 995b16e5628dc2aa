import { table } from '@millrace/clickhouse';
import type { PlacedSpan, TraceFact } from '../../flow/traces/trace-facts.ts';

export const traceFactsTable = table<TraceFact>('trace_facts', {
  experiment_id: { type: 'LowCardinality(String)', of: (fact) => fact.experimentId },
  trace_id: { type: 'String', of: (fact) => fact.traceId },
  kind: { type: 'LowCardinality(String)', of: (fact) => fact.kind },
  key: { type: 'String', of: (fact) => fact.key },
  text: { type: 'String', of: (fact) => fact.text },
  removed: { type: 'Bool', of: (fact) => fact.removed },
  log_partition: { type: 'UInt32', of: (fact) => fact.partition },
  log_offset: { type: 'UInt64', of: (fact) => fact.offset },
  item: { type: 'UInt32', of: (fact) => fact.item },
  recorded_at: { type: "DateTime64(3, 'UTC')", of: (fact) => fact.recordedAtMs },
  actor: { type: 'String', of: (fact) => fact.actor },
});

export const spansTable = table<PlacedSpan>('spans', {
  experiment_id: { type: 'LowCardinality(String)', of: (span) => span.experimentId },
  trace_id: { type: 'String', of: (span) => span.traceId },
  span_id: { type: 'String', of: (span) => span.spanId },
  parent_span_id: { type: 'String', of: (span) => span.parentSpanId ?? '' },
  name: { type: 'String', of: (span) => span.name },
  span_type: { type: 'LowCardinality(String)', of: (span) => span.spanType },
  status: { type: 'LowCardinality(String)', of: (span) => span.statusCode },
  status_message: { type: 'String', of: (span) => span.statusMessage },
  start_ns: { type: 'UInt64', of: (span) => BigInt(span.startNs) },
  end_ns: { type: 'UInt64', of: (span) => BigInt(span.endNs) },
  attributes: { type: 'Map(String, String)', of: (span) => span.attributes },
  events: { type: 'String', of: (span) => span.events },
  links: { type: 'String', of: (span) => span.links },
  resource: { type: 'Map(String, String)', of: (span) => span.resource },
  log_partition: { type: 'UInt32', of: (span) => span.partition },
  log_offset: { type: 'UInt64', of: (span) => span.offset },
  item: { type: 'UInt32', of: (span) => span.item },
  recorded_at: { type: "DateTime64(3, 'UTC')", of: (span) => span.recordedAtMs },
});
