import type { Aggregation } from '../aggregations/registry.ts';
import type { DerivedFeature } from '../derived/derived-feature.ts';
import type { NullHandling } from '../derived/null-handling.ts';
import type { Expression } from '../expressions/expression.ts';
import type { WindowDocument } from '../ranges/window-document.ts';

export const columnTypes = ['double', 'long', 'int', 'boolean', 'string', 'timestamp'] as const;
/** `timestamp` columns are milliseconds since the epoch. */
export type ColumnType = (typeof columnTypes)[number];

export const timeUnits = ['ms', 's', 'us', 'iso8601'] as const;
export type TimeUnit = (typeof timeUnits)[number];

export const partitioners = ['murmur2', 'crc32'] as const;
export type PartitionerName = (typeof partitioners)[number];

export const keyEncodings = ['string', 'int-be', 'long-be'] as const;
/** How a producer makes the bytes of a Kafka key out of the entity: UTF-8 text, or a big-endian integer of 4 or 8 bytes. */
export type KeyEncoding = (typeof keyEncodings)[number];

export const entityTypes = ['string', 'long', 'int'] as const;
export type EntityType = (typeof entityTypes)[number];

export const startFroms = ['now', 'beginning'] as const;
export type StartFrom = (typeof startFroms)[number];

/** How the change records of a table are read: each one ends what the earlier record of its key has said. */
export interface ChangeCapture {
  /** The columns that name a row of the table. The topic's `entity` is one of them, so that all records of a key lie in one partition. */
  readonly key: readonly string[];
  /** Without it every record inserts or replaces; only a record without a value deletes. */
  readonly op?: ChangeOperations;
}

/** Which values of a column say what happened to the row. */
export interface ChangeOperations {
  readonly column: string;
  readonly insert: readonly string[];
  readonly update: readonly string[];
  readonly delete: readonly string[];
}

/** A Kafka topic whose events feed feature views and may trigger feature services. */
export interface SourceDefinition {
  readonly kind: 'source';
  readonly name: string;
  readonly topic: string;
  readonly description?: string;
  /** Column that identifies an event: a repeat of it is dropped. */
  readonly id?: string;
  readonly eventTime: { readonly column: string; readonly unit: TimeUnit };
  /** When an event became known: before that it counts nowhere. Without it, or where it is null, that is its event time. */
  readonly availableAt?: { readonly column: string; readonly unit: TimeUnit };
  /** The topic has the changes of a table (change data capture), not events of their own. */
  readonly cdc?: ChangeCapture;
  /** Column that the topic is keyed by. Without it, or without a partitioner, every view on this source is rekeyed. */
  readonly entity?: string;
  readonly partitioner: PartitionerName | null;
  readonly keyEncoding: KeyEncoding;
  readonly allowedLateness: string;
  /** How far an event time may lie after the timestamp of its own record. */
  readonly maxFuture: string;
  /** May be absent until the platform has read them from the topic's Avro schema. */
  readonly columns?: Readonly<Record<string, ColumnType>>;
  /** Further columns, computed from those of the topic: what an event lacks as a column can still be a key or an input. */
  readonly derived?: Readonly<Record<string, Expression>>;
}

export interface EntityDefinition {
  readonly kind: 'entity';
  readonly name: string;
  readonly description?: string;
  /** The column that usually holds the key, in any source. */
  readonly key: string;
  readonly type: EntityType;
}

/** An aggregation may have members of its own beside these. */
export interface WindowedFeature {
  readonly name: string;
  readonly description?: string;
  readonly aggregation: Aggregation;
  /** What is aggregated. Without it every event has the value 1: `count` counts events. */
  readonly input?: Expression;
  /** What nulls of the input mean: they are left out unless it says otherwise. */
  readonly nulls?: NullHandling;
  /** With a duration w as window and delay d the feature at time t covers (t - d - w, t - d]. */
  readonly window: WindowDocument;
  readonly delay?: string;
  /** Only events for which this holds. */
  readonly filter?: Expression;
  /** Whether the event that triggers a vector counts itself; it does by default. */
  readonly ownEvent?: 'include' | 'exclude';
  /** The value of a window without values; without it the aggregation's own: 0 for count and sum, null (missing) for most. */
  readonly empty?: number | string | boolean | null;
}

export interface FeatureViewDefinition {
  readonly kind: 'feature-view';
  readonly name: string;
  readonly version: number;
  readonly description?: string;
  readonly entity: string;
  readonly source: string;
  /** Column of the source that holds the entity's key; the entity's own `key` by default. */
  readonly keyColumn?: string;
  readonly features: readonly (WindowedFeature | DerivedFeature)[];
  /** The source's by default. */
  readonly allowedLateness?: string;
}

export interface ServiceViewReference {
  readonly view: string;
  readonly version: number;
  /** Column of the trigger that holds the view's key; the view's `keyColumn` on the same source, the entity's `key` otherwise. */
  readonly key?: string;
}

export interface PassThroughFeature {
  readonly name: string;
  readonly description?: string;
  /** Over columns of the triggering event and features of the views. */
  readonly expression: Expression;
}

/** A model's input: the vector made for every event of the source. */
export interface FeatureServiceDefinition {
  readonly kind: 'feature-service';
  readonly name: string;
  readonly version: number;
  readonly description?: string;
  readonly source: string;
  readonly views: readonly ServiceViewReference[];
  readonly passThrough: readonly PassThroughFeature[];
  /** A subset and order of the features; by default those of the views in order, then the pass-through ones. */
  readonly features?: readonly string[];
  readonly startFrom: StartFrom;
}

export type Definition = SourceDefinition | EntityDefinition | FeatureViewDefinition | FeatureServiceDefinition;

/** Views and services are kept by `name@version`. */
export interface Definitions {
  readonly sources: ReadonlyMap<string, SourceDefinition>;
  readonly entities: ReadonlyMap<string, EntityDefinition>;
  readonly featureViews: ReadonlyMap<string, FeatureViewDefinition>;
  readonly featureServices: ReadonlyMap<string, FeatureServiceDefinition>;
}

/** One thing that is wrong, where (`[1].features[0].window`), in words for the person who wrote it. */
export interface DefinitionFault {
  readonly path: string;
  readonly message: string;
}

export type ParsedDefinitions =
  | { readonly ok: true; readonly definitions: Definitions; readonly added: readonly Definition[] }
  | { readonly ok: false; readonly faults: readonly DefinitionFault[] };

/** How the log of a view's rekeyed events is called, in its topic and its consumer group: `features.by-<this>`. */
export function viewLogName({ name, version }: { readonly name: string; readonly version: number }): string {
  return version === 1 ? name : `${name}-v${version}`;
}

export function versionedName(definition: { readonly name: string; readonly version: number }): string {
  return `${definition.name}@${definition.version}`;
}
