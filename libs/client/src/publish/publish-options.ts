import type { PartitionerName } from '@millrace/events';
import type { SourceDefinition, TimeUnit } from '@millrace/feature-engine';
import type { AvroSchemaJson } from '@millrace/schemas';
import type { TextEncoding } from '../files/decode-text.ts';
import type { FileFormat } from '../files/file-format.ts';
import type { LabelOptions } from './label-reader.ts';

export interface PublishOptions {
  readonly file: string;
  /** The topic's name on the broker; made when it is absent. */
  readonly topic: string;
  /** By the file's ending when absent. */
  readonly format?: FileFormat;
  readonly delimiter?: string;
  readonly encoding?: TextEncoding;
  /** CSV texts that mean "no value" beside the empty one. */
  readonly nullTexts?: readonly string[];
  readonly eventTimeColumn: string;
  /** Guessed from the first row when absent. */
  readonly unit?: TimeUnit;
  /** What is defined on the topic (see readSources): key, partitioner and encoding are those that a source declares. */
  readonly sources?: readonly SourceDefinition[];
  /** Column whose value becomes the record key. Without it, and without a source, records go round-robin. */
  readonly keyColumn?: string;
  /** Places keys as Java and kafkajs do (murmur2, the default) or as librdkafka does (crc32). */
  readonly partitioner?: PartitionerName;
  /** Partitions of the topic if it has to be made. Default 4. */
  readonly partitions?: number;
  /** Without it: the one that the topic has, with new columns added, else inferred from all rows. */
  readonly schema?: AvroSchemaJson;
  /** Multiple of real time; absent is as fast as it goes. */
  readonly speed?: number;
  /** Labels leave the events and follow as outcomes of `source` when they become known. */
  readonly labels?: LabelOptions & { readonly source: string };
  /** Only what happens, or becomes known, from here on and before there. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Values held in memory before the sort goes to disk. Default 1,000,000. */
  readonly maxValuesInMemory?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PublishProgress) => void;
}

export type SchemaOrigin = 'given' | 'registered' | 'extended' | 'inferred';

export interface PublishProgress {
  readonly phase: 'reading' | 'publishing';
  readonly readBytes: number;
  readonly sizeBytes: number;
  readonly rows: number;
  /** Events and outcomes to publish. Grows while the file is read. */
  readonly entries: number;
  /** In the log. */
  readonly events: number;
  readonly outcomes: number;
  /** Outcomes to publish whose label is 1. */
  readonly positives: number;
  /** Event time that the stream has reached. */
  readonly reachedMs: number | null;
  /** Event time of the last entry; known when the file has been read. */
  readonly lastMs: number | null;
  /** Records sent again because the broker was away: some of them may be in the log twice. */
  readonly resent: number;
}

export interface PublishResult extends PublishProgress {
  /** Null where nothing was published. */
  readonly schemaFrom: SchemaOrigin | null;
  readonly topicCreated: boolean;
  /** Fields of the topic that held whole numbers and hold numbers with fractions from now on. */
  readonly widened: readonly string[];
  /** Columns that Avro could not name as the file does, with the names they got. */
  readonly renamed: ReadonlyMap<string, string>;
  /** True where the signal ended it before all was published. */
  readonly stopped: boolean;
}
