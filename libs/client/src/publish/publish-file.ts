import type { EventBus, PartitionerName } from '@millrace/events';
import type { SourceDefinition, TimeUnit } from '@millrace/feature-engine';
import type { AvroSchemaJson } from '@millrace/schemas';
import type { TextEncoding } from '../files/decode-text.ts';
import { formatOf, type FileFormat } from '../files/file-format.ts';
import { ColumnInference } from '../files/infer-columns.ts';
import { fileSize, readRows } from '../files/read-rows.ts';
import { sortByTime } from '../files/sort-by-time.ts';
import type { TimedEntry } from '../files/sorted-runs.ts';
import { EventTimeColumn } from './event-time.ts';
import { SeenColumns } from './field-names.ts';
import { fileEntries, type FileEntry } from './file-entries.ts';
import type { LabelOptions } from './label-reader.ts';
import { openPublication, type Publication, type SeenFile } from './open-publication.ts';
import { Pacer } from './pacer.ts';
import { placingOf } from './placing.ts';
import { PublicationError } from './publication-error.ts';
import { RecordSender } from './record-sender.ts';
import { RequiredColumns } from './required-columns.ts';
import { rowCheck } from './row-check.ts';
import { topicFacts } from './topic-facts.ts';

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

const progressRows = 1_000;
const defaultMaxValues = 1_000_000;

/**
 * A file as a stream in event-time order; record timestamps are those of publishing. Resolves once all is in the log. What is wrong with
 * rows is an error before anything is published; a later one is a PublicationError, which says how far it came.
 */
export async function publishFile(bus: EventBus, options: PublishOptions): Promise<PublishResult> {
  const progress = newProgress(await fileSize(options.file));
  const placing = placingOf(options, options.sources ?? []);
  const facts = await topicFacts(bus, options);
  const reading: Reading = {
    facts,
    placing,
    faultsOf: facts.rowSchema === null ? () => '' : bus.codec.checker(facts.rowSchema),
    columns: new SeenColumns(),
    eventTime: new EventTimeColumn(options.eventTimeColumn, options.unit),
    inference: new ColumnInference(),
    progress,
    report: () => options.onProgress?.(progress),
  };
  const publication = await publishInOrder(bus, options, reading);
  return {
    ...progress,
    schemaFrom: publication?.schemaFrom ?? null,
    topicCreated: publication?.topicCreated ?? false,
    widened: publication?.widened ?? [],
    renamed: options.schema ? new Map<string, string>() : reading.columns.renamed,
    stopped: options.signal?.aborted === true,
  };
}

/** Null where there was nothing to publish. */
async function publishInOrder(bus: EventBus, options: PublishOptions, reading: Reading): Promise<Publication | null> {
  const { progress, report } = reading;
  const pacer = new Pacer(options.speed, () => Date.now());
  const sender = new RecordSender<TimedKind>({
    send: (records) => bus.producer().send(records),
    acknowledged: (of) => {
      for (const { kind } of of) progress[kind === 'event' ? 'events' : 'outcomes'] += 1;
      progress.reachedMs = of.at(-1)?.timeMs ?? progress.reachedMs;
      report();
    },
    resending: (count) => (progress.resent += count),
    ...(options.signal && { signal: options.signal }),
  });
  let publication: Publication | null = null;
  try {
    for await (const { timeMs, entry } of inEventOrder(options, reading)) {
      // The first entry in order comes only after the last row was read: the schema is whole by now.
      publication ??= await openPublication(bus, options, { ...reading, inferred: reading.inference.columns() });
      progress.phase = 'publishing';
      if (pacer.delayMs(timeMs) > 0) {
        await sender.flush();
        await pacer.wait(timeMs, options.signal);
      }
      if (options.signal?.aborted) break;
      await sender.add(publication.record(entry, timeMs), { kind: entry.kind, timeMs });
    }
    await sender.flush();
  } catch (error) {
    if (error instanceof Stopped) return null;
    if (publication === null) throw error;
    await sender.settled();
    throw new PublicationError(error, progress);
  }
  return publication;
}

interface TimedKind {
  readonly kind: FileEntry['kind'];
  readonly timeMs: number;
}

class Stopped extends Error {}

type Progress = { -readonly [K in keyof PublishProgress]: PublishProgress[K] };

interface Reading extends Omit<SeenFile, 'inferred'> {
  readonly faultsOf: (value: unknown) => string;
  readonly inference: ColumnInference;
  readonly progress: Progress;
  readonly report: () => void;
}

function inEventOrder(options: PublishOptions, reading: Reading) {
  const { inference, progress, report, facts, eventTime } = reading;
  const { eventTimeColumn, keyColumn, labels } = options;
  const labelColumns = [labels?.column, labels?.idColumn, labels?.timeColumn];
  const required = new RequiredColumns([eventTimeColumn, keyColumn, ...labelColumns]);
  const rows = readRows(options.file, {
    ...options,
    format: options.format ?? formatOf(options.file),
    onBytes: (bytes) => {
      progress.readBytes = bytes;
    },
    onKind: (column, kind) => inference.declare(column, kind),
    onColumns: (columns) => {
      required.see(columns);
      required.check();
    },
  });
  const check = rowCheck({ ...reading, schema: facts.rowSchema, keyColumn });
  const entries = fileEntries(rows, {
    ...options,
    eventTime,
    onRow: (row) => {
      if (options.signal?.aborted) throw new Stopped();
      if (!required.allSeen) required.see(Object.keys(row));
      progress.rows += 1;
      if (progress.rows % progressRows === 0) report();
    },
    check: (row) => {
      check(row);
      inference.add(row);
    },
    onEnd: () => required.check(),
  });
  return sortByTime(counted(entries, progress), {
    weigh: (entry) => (entry.kind === 'event' ? Object.keys(entry.row).length : 1),
    maxWeight: options.maxValuesInMemory ?? defaultMaxValues,
  });
}

async function* counted(
  entries: AsyncIterable<TimedEntry<FileEntry>>,
  progress: Progress,
): AsyncGenerator<TimedEntry<FileEntry>> {
  for await (const timed of entries) {
    progress.entries += 1;
    if (timed.entry.kind === 'outcome' && timed.entry.label === 1) progress.positives += 1;
    progress.lastMs = Math.max(progress.lastMs ?? timed.timeMs, timed.timeMs);
    yield timed;
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
    positives: 0,
    reachedMs: null,
    lastMs: null,
    resent: 0,
  };
}
