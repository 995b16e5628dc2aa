import type { TimeUnit } from '@millrace/feature-engine';
import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';
import type { TimedEntry } from '../files/sorted-runs.ts';
import { eventTimeMs, guessUnit } from './event-time.ts';
import { LabelReader, type LabelOptions } from './label-reader.ts';

/** One thing to publish: an event of the file, or the outcome of one when its label becomes known. */
export type FileEntry =
  | { readonly kind: 'event'; readonly row: Record<string, unknown> }
  | { readonly kind: 'outcome'; readonly id: string; readonly label: number; readonly eventTimeMs: number };

export interface EntryOptions {
  readonly eventTimeColumn: string;
  /** Guessed from the first row when absent. */
  readonly unit?: TimeUnit;
  readonly keyColumn?: string;
  readonly labels?: LabelOptions;
  /** Only what happens, or becomes known, from here on and before there. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** What becomes of a row on its way; an error names the row. */
  readonly prepare?: (row: FileRow) => Record<string, unknown>;
  /** Called with every row, those out of range too, as it will be published. */
  readonly onRow: (row: FileRow) => void;
}

/** Rows as timed entries. What a row lacks is an error with its number: a file is mended, not half published. */
export async function* fileEntries(
  rows: AsyncIterable<FileRow>,
  options: EntryOptions,
): AsyncGenerator<TimedEntry<FileEntry>> {
  const { eventTimeColumn, labels, prepare = (row) => row, onRow } = options;
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = options;
  const reader = labels && new LabelReader(labels);
  let number = 0;
  let unit = options.unit;
  for await (const row of rows) {
    number += 1;
    if (number === 1) requireColumns(row, columnsOf(options));
    const { event, timeMs, outcome } = atRow(number, () => {
      unit ??= guessUnit(row[eventTimeColumn]);
      const timeMs = eventTimeMs(row[eventTimeColumn], unit, eventTimeColumn);
      return { timeMs, event: prepare(reader ? reader.withoutLabel(row) : row), outcome: reader?.read(row, timeMs) };
    });
    onRow(event);
    if (timeMs >= fromMs && timeMs < toMs) yield { timeMs, entry: { kind: 'event', row: event } };
    if (outcome && outcome.timeMs >= fromMs && outcome.timeMs < toMs) yield outcome;
  }
}

function columnsOf({ eventTimeColumn, keyColumn, labels }: EntryOptions): string[] {
  const columns = [eventTimeColumn, keyColumn, labels?.column, labels?.idColumn, labels?.timeColumn];
  return columns.filter((name) => name !== undefined);
}

function requireColumns(row: FileRow, names: readonly string[]): void {
  for (const name of names) {
    if (name in row) continue;
    throw new ClientError(
      'CLIENT_COLUMN_UNKNOWN',
      `the file has no column "${name}": it has ${Object.keys(row).join(', ')}`,
    );
  }
}

function atRow<T>(number: number, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof ClientError)) throw cause;
    throw new ClientError(cause.code, `row ${number}: ${cause.message}`, { cause });
  }
}
