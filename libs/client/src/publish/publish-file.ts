import type { EventBus, PartitionerName } from '@millrace/events';
import type { TimeUnit } from '@millrace/feature-engine';
import type { AvroSchemaJson } from '@millrace/schemas';
import { formatOf, type FileFormat } from '../files/file-format.ts';
import { ColumnInference } from '../files/infer-columns.ts';
import { fileSize, readRows } from '../files/read-rows.ts';
import { sortByTime } from '../files/sort-by-time.ts';
import { fieldNames } from './field-names.ts';
import { fileEntries, type FileEntry } from './file-entries.ts';
import type { LabelOptions } from './label-reader.ts';
import { openPublication, type Publication } from './open-publication.ts';
import { Pacer } from './pacer.ts';
import { RecordSender } from './record-sender.ts';
import { RowConverter } from './row-converter.ts';

export interface PublishOptions {
  readonly file: string;
  /** The topic's name on the broker; made when it is absent. */
  readonly topic: string;
  /** By the file's ending when absent. */
  readonly format?: FileFormat;
  readonly delimiter?: string;
  /** CSV texts that mean "no value" beside the empty one. */
  readonly nullTexts?: readonly string[];
  readonly eventTimeColumn: string;
  /** Guessed from the first row when absent. */
  readonly unit?: TimeUnit;
  /** Column whose value becomes the record key. Without it records go round-robin. */
  readonly keyColumn?: string;
  /** Places keys: as Java and kafkajs do (murmur2, the default) or as librdkafka does (crc32). */
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
  /** Columns that Avro could not name as the file does, with the names they got. */
  readonly renamed: ReadonlyMap<string, string>;
  /** True where the signal ended it before all was published. */
  readonly stopped: boolean;
}

const progressRows = 1_000;
const defaultMaxValues = 1_000_000;

/** A file as a stream in event-time order; record timestamps are those of publishing. Resolves once all is in the log. */
export async function publishFile(bus: EventBus, options: PublishOptions): Promise<PublishResult> {
  const progress = newProgress(await fileSize(options.file));
  const report = (): void => options.onProgress?.(progress);
  const inference = new ColumnInference();
  const pacer = new Pacer(options.speed, () => Date.now());
  const sender = new RecordSender<TimedKind>({
    send: (records) => bus.producer().send(records),
    acknowledged: (of) => {
      for (const { kind } of of) progress[kind === 'event' ? 'events' : 'outcomes'] += 1;
      progress.reachedMs = of.at(-1)?.timeMs ?? progress.reachedMs;
      report();
    },
    resending: (count) => (progress.resent += count),
  });
  let publication: Publication | null = null;
  try {
    for await (const { timeMs, entry } of inEventOrder(options, { inference, progress, report })) {
      // The first entry in order comes only after the last row was read: the schema is whole by now.
      publication ??= await openPublication(bus, options, inference);
      progress.phase = 'publishing';
      if (pacer.delayMs(timeMs) > 0) {
        await sender.flush();
        await pacer.wait(timeMs, options.signal);
      }
      if (options.signal?.aborted) break;
      await sender.add(publication.record(entry, timeMs), { kind: entry.kind, timeMs });
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  await sender.flush();
  const names = fieldNames(inference.columns().map(({ name }) => name));
  return {
    ...progress,
    schemaFrom: publication?.schemaFrom ?? null,
    topicCreated: publication?.topicCreated ?? false,
    renamed: new Map(options.schema ? [] : [...names].filter(([column, field]) => column !== field)),
    stopped: options.signal?.aborted === true,
  };
}

interface TimedKind {
  readonly kind: FileEntry['kind'];
  readonly timeMs: number;
}

class Stopped extends Error {}

type Progress = { -readonly [K in keyof PublishProgress]: PublishProgress[K] };

interface Reading {
  readonly inference: ColumnInference;
  readonly progress: Progress;
  readonly report: () => void;
}

function inEventOrder(options: PublishOptions, { inference, progress, report }: Reading) {
  const converter = options.schema && new RowConverter(options.schema);
  const rows = readRows(options.file, {
    ...options,
    format: options.format ?? formatOf(options.file),
    onBytes: (bytes) => {
      progress.readBytes = bytes;
    },
  });
  const entries = fileEntries(rows, {
    ...options,
    ...(converter && { prepare: (row) => converter.convert(row) }),
    onRow: (row) => {
      if (options.signal?.aborted) throw new Stopped();
      inference.add(row);
      progress.rows += 1;
      if (progress.rows % progressRows === 0) report();
    },
  });
  return sortByTime(counted(entries, progress), {
    weigh: (entry) => (entry.kind === 'event' ? Object.keys(entry.row).length : 1),
    maxWeight: options.maxValuesInMemory ?? defaultMaxValues,
  });
}

async function* counted<T extends { readonly timeMs: number }>(
  entries: AsyncIterable<T>,
  progress: Progress,
): AsyncGenerator<T> {
  for await (const entry of entries) {
    progress.entries += 1;
    progress.lastMs = Math.max(progress.lastMs ?? entry.timeMs, entry.timeMs);
    yield entry;
  }
}

function newProgress(sizeBytes: number): Progress {
  return {
    phase: 'reading',
    readBytes: 0,
    sizeBytes,
    rows: 0,
    entries: 0,
    events: 0,
    outcomes: 0,
    reachedMs: null,
    lastMs: null,
    resent: 0,
  };
}
