import { readEventTime, type TimeUnit } from '@millrace/feature-engine';
import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';

/** Milliseconds since the epoch of a file's value, by the rules of the features service: text without a zone is UTC. */
export function eventTimeMs(value: unknown, unit: TimeUnit, column: string): number {
  const plain = unit !== 'iso8601' && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const timeMs = readEventTime(plain, unit, column);
  if (typeof timeMs === 'number') return timeMs;
  throw new ClientError('CLIENT_EVENT_TIME_INVALID', timeMs.message);
}

const microsecondsFrom = 1e14;
const millisecondsFrom = 1e11;
const dateAsNumber = /^(19|20|21|22)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

/** Text means ISO 8601; numbers are told apart by their size (seconds until the year 5138). */
export function guessUnit(value: unknown, column: string): TimeUnit {
  if (value instanceof Date) return 'ms';
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'bigint' && (typeof number !== 'number' || !Number.isFinite(number))) return 'iso8601';
  const text = String(number);
  if (dateAsNumber.test(text)) {
    // As seconds every one of them would be some day of 1970.
    throw new ClientError(
      'CLIENT_EVENT_TIME_INVALID',
      `column ${column}: ${text} looks like a date: write it as ${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}, or give --unit s if it means seconds since 1970`,
    );
  }
  const size = Math.abs(Number(number));
  return size < millisecondsFrom ? 's' : size < microsecondsFrom ? 'ms' : 'us';
}

/** The column with the event time; its unit is that of the first value, where none is given. */
export class EventTimeColumn {
  readonly name: string;
  #unit: TimeUnit | undefined;

  constructor(name: string, unit?: TimeUnit) {
    this.name = name;
    this.#unit = unit;
  }

  readMs(row: FileRow): number {
    const value = row[this.name];
    if (value === undefined) {
      throw new ClientError(
        'CLIENT_COLUMN_UNKNOWN',
        `there is no column "${this.name}", which is the event time: there are ${Object.keys(row).join(', ')}`,
      );
    }
    this.#unit ??= guessUnit(value, this.name);
    return eventTimeMs(value, this.#unit, this.name);
  }

  /** Whole ticks of a timestamp field, `ticksPerMs` each millisecond: a number in seconds must not pass for one in milliseconds. */
  readTicks(row: FileRow, ticksPerMs: number): number {
    const timeMs = this.readMs(row);
    if (ticksPerMs === 1_000 && this.#unit === 'us' && !(row[this.name] instanceof Date)) return Number(row[this.name]);
    return timeMs * ticksPerMs;
  }
}
