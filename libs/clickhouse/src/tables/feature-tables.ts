import type { FeatureVector, RekeyedEvent } from '@millrace/schemas';
import { table } from '../table.ts';
import { identityColumns, TIME, WORD } from './identity-columns.ts';

/** `feature_vectors`: vectors as served. */
export const featureVectorsTable = table<FeatureVector>('feature_vectors', {
  ...identityColumns<FeatureVector>(),
  feature_service: { type: WORD, of: (v) => v.featureService },
  feature_service_version: { type: 'UInt32', of: (v) => v.featureServiceVersion },
  source_event_id: { type: 'Nullable(String)', of: (v) => v.sourceEventId },
  entities: { type: 'Map(LowCardinality(String), String)', of: (v) => v.entities },
  event_time: { type: TIME, of: (v) => v.eventTimeMs },
  source_timestamp: { type: TIME, of: (v) => v.sourceTimestampMs },
  numbers: { type: 'Array(Float64)', of: (v) => v.numbers },
  strings: { type: 'Array(Nullable(String))', of: (v) => v.strings },
  cuts: {
    type: 'Array(Tuple(partition UInt32, offset Int64, own_offset Int64))',
    of: (v) => v.cuts.map((cut) => [cut.partition, cut.offset, cut.ownOffset]),
  },
  builds: { type: 'Array(UInt32)', of: (v) => v.builds },
  behind: { type: 'Array(String)', of: (v) => v.behind },
  computed_at: { type: TIME, of: (v) => v.computedAtMs },
});

/** A rekeyed event and where it lies in its view's log. */
export interface PlacedRekeyedEvent {
  readonly event: RekeyedEvent;
  readonly partition: number;
  readonly offset: number;
}

/** `rekeyed_events`: the logs of views that are keyed by another field than their source. */
export const rekeyedEventsTable = table<PlacedRekeyedEvent>('rekeyed_events', {
  view: { type: WORD, of: (r) => r.event.lane },
  partition: { type: 'UInt32', of: (r) => r.partition },
  offset: { type: 'UInt64', of: (r) => r.offset },
  entity: { type: 'String', of: (r) => r.event.entity },
  event_time: { type: TIME, of: (r) => r.event.eventTimeMs },
  source_topic: { type: WORD, of: (r) => r.event.sourceTopic },
  generation: { type: 'UInt32', of: (r) => r.event.generation },
  source_partition: { type: 'UInt32', of: (r) => r.event.sourcePartition },
  source_offset: { type: 'UInt64', of: (r) => r.event.sourceOffset },
  numbers: { type: 'Array(Float64)', of: (r) => r.event.numbers },
  strings: { type: 'Array(Nullable(String))', of: (r) => r.event.strings },
  retracts: { type: 'Nullable(UInt64)', of: (r) => r.event.retracts },
  available_at: { type: `Nullable(${TIME})`, of: (r) => r.event.availableAtMs },
});
