import { formatOf } from '../files/file-format.ts';
import type { ColumnInference } from '../files/infer-columns.ts';
import { readRows } from '../files/read-rows.ts';
import { sortByTime } from '../files/sort-by-time.ts';
import type { TimedEntry } from '../files/sorted-runs.ts';
import { fileEntries, type FileEntry } from './file-entries.ts';
import type { SeenFile } from './open-publication.ts';
import type { PublishOptions, PublishProgress } from './publish-options.ts';
import { RequiredColumns } from './required-columns.ts';
import { rowCheck } from './row-check.ts';

const progressRows = 1_000;
const defaultMaxValues = 1_000_000;

/** Thrown while a file is read and the signal is aborted. */
export class Stopped extends Error {}

export type Progress = { -readonly [K in keyof PublishProgress]: PublishProgress[K] };

/** What becomes known while a file is read. */
export interface Reading extends Omit<SeenFile, 'inferred'> {
  readonly faultsOf: (value: unknown) => string;
  readonly inference: ColumnInference;
  readonly progress: Progress;
  readonly report: () => void;
}

/** The entries of a file in event-time order; the first comes when the last row has been read and checked. */
export function readInOrder(options: PublishOptions, reading: Reading) {
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

export function newProgress(sizeBytes: number): Progress {
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
