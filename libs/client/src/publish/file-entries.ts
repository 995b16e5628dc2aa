import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';
import type { TimedEntry } from '../files/sorted-runs.ts';
import type { EventTimeColumn } from './event-time.ts';
import { LabelReader, type LabelOptions } from './label-reader.ts';

/** One thing to publish: an event of the file, or the outcome of one when its label becomes known. */
export type FileEntry =
  | { readonly kind: 'event'; readonly row: FileRow }
  | { readonly kind: 'outcome'; readonly id: string; readonly label: number; readonly eventTimeMs: number };

export interface EntryOptions {
  readonly eventTime: EventTimeColumn;
  readonly labels?: LabelOptions;
  /** Only what happens, or becomes known, from here on and before there. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Called with every row as it is in the file. */
  readonly onRow: (row: FileRow) => void;
  /** Called with every row as it will be published, those out of range too; an error names the row. */
  readonly check: (row: FileRow) => void;
  /** Called after the last row, before the first entry can leave a sort. */
  readonly onEnd: () => void;
}

/** Rows as timed entries. What a row lacks is an error with its number: a file is mended, not half published. */
export async function* fileEntries(
  rows: AsyncIterable<FileRow>,
  options: EntryOptions,
): AsyncGenerator<TimedEntry<FileEntry>> {
  const { eventTime, labels, onRow, check, onEnd } = options;
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = options;
  const reader = labels && new LabelReader(labels);
  let number = 0;
  for await (const row of rows) {
    number += 1;
    onRow(row);
    const { event, timeMs, outcome } = atRow(number, () => {
      const timeMs = eventTime.readMs(row);
      const event = reader ? reader.withoutLabel(row) : row;
      check(event);
      return { timeMs, event, outcome: reader?.read(row, timeMs) };
    });
    if (timeMs >= fromMs && timeMs < toMs) yield { timeMs, entry: { kind: 'event', row: event } };
    if (outcome && outcome.timeMs >= fromMs && outcome.timeMs < toMs) yield outcome;
  }
  onEnd();
  reader?.finish();
}

function atRow<T>(number: number, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof ClientError)) throw cause;
    throw new ClientError(cause.code, `row ${number}: ${cause.message}`, { cause });
  }
}
