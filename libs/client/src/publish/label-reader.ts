import type { TimeUnit } from '@millrace/feature-engine';
import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';
import type { TimedEntry } from '../files/sorted-runs.ts';
import { eventTimeMs, guessUnit } from './event-time.ts';
import type { FileEntry } from './file-entries.ts';

export interface LabelOptions {
  readonly column: string;
  /** How long after the event its label becomes known. */
  readonly delayMs: number;
  /** Column with the time at which the label became known; the later of the two counts. */
  readonly timeColumn?: string;
  /** The value that means 1; every other one means 0, and one at least must be it. Absent: the label is a number. */
  readonly positive?: string;
  /** The value that means 0: then every label must be one of the two, and none needs to be positive. */
  readonly negative?: string;
  /** Column with the id by which the outcome meets its event. */
  readonly idColumn: string;
}

const shownLabels = 5;

/** Takes the label out of a row: events must not carry what is only known later. */
export class LabelReader {
  readonly #options: LabelOptions;
  /** The first few labels that are not positive, to be shown where none is. */
  readonly #others = new Set<string>();
  #hasPositive = false;
  #unit: TimeUnit | undefined;

  constructor(options: LabelOptions) {
    this.#options = options;
  }

  withoutLabel(row: FileRow): FileRow {
    const { column, timeColumn } = this.#options;
    const { [column]: _label, ...rest } = row;
    if (timeColumn === undefined) return rest;
    const { [timeColumn]: _time, ...event } = rest;
    return event;
  }

  /** Null where the label never came. */
  read(row: FileRow, eventMs: number): TimedEntry<FileEntry> | null {
    const { column, idColumn } = this.#options;
    const value = row[column];
    if (value === null || value === undefined || value === '' || Number.isNaN(value)) return null;
    const id = row[idColumn];
    if (id === null || id === undefined || id === '') {
      throw new ClientError(
        'CLIENT_LABEL_INVALID',
        `there is a label but no value in column "${idColumn}", by which its outcome would meet the event`,
      );
    }
    const label = this.#labelOf(value);
    return {
      timeMs: this.#knownAt(row, eventMs),
      entry: { kind: 'outcome', id: String(id), label, eventTimeMs: eventMs },
    };
  }

  /** After the last row: a mistyped positive value would pass for a file in which nothing ever happened. */
  finish(): void {
    const { column, positive, negative } = this.#options;
    if (positive === undefined || negative !== undefined || this.#hasPositive || this.#others.size === 0) return;
    throw new ClientError(
      'CLIENT_LABEL_INVALID',
      `no label in column "${column}" is "${positive}": there are ${[...this.#others].map((text) => `"${text}"`).join(', ')}. If that is right, name the value that means 0 too (--negative)`,
    );
  }

  #labelOf(value: unknown): number {
    const { column, positive, negative } = this.#options;
    if (positive === undefined) return numberOf(value, column);
    const text = String(value);
    if (text === positive) {
      this.#hasPositive = true;
      return 1;
    }
    if (negative !== undefined && text !== negative) {
      throw new ClientError(
        'CLIENT_LABEL_INVALID',
        `label "${text}" in column "${column}" is neither "${positive}" (--positive) nor "${negative}" (--negative)`,
      );
    }
    if (this.#others.size < shownLabels) this.#others.add(text);
    return 0;
  }

  #knownAt(row: FileRow, eventMs: number): number {
    const { delayMs, timeColumn } = this.#options;
    const delayed = eventMs + delayMs;
    const value = timeColumn === undefined ? null : row[timeColumn];
    if (timeColumn === undefined || value === null || value === undefined || value === '') return delayed;
    this.#unit ??= guessUnit(value, timeColumn);
    return Math.max(delayed, eventTimeMs(value, this.#unit, timeColumn));
  }
}

function numberOf(value: unknown, column: string): number {
  const label = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(label)) return label;
  throw new ClientError(
    'CLIENT_LABEL_INVALID',
    `label ${JSON.stringify(value)} in column "${column}" is not a number: name the value that means 1 (--positive)`,
  );
}
