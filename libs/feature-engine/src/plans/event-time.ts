import type { TimeUnit } from '../definitions/definition.ts';
import { quote } from '../definitions/faults.ts';
import type { Invalid } from './row.ts';

/** What every store can hold: 1970-01-01 up to 2299-12-31 (DateTime64). */
const lastTimeMs = 10_413_705_600_000;

/** Milliseconds since the epoch of an event-time column's value; parts of a millisecond are cut off. */
export function readEventTime(value: unknown, unit: TimeUnit, column: string): number | Invalid {
  if (value === null || value === undefined || value === '') {
    return { invalid: 'missing-event-time', message: `column ${column} is the event time and has no value` };
  }
  const timeMs = Math.floor(toMs(value, unit));
  if (timeMs >= 0 && timeMs < lastTimeMs) return timeMs;
  const shown = typeof value === 'bigint' ? String(value) : typeof value === 'number' ? `${value}` : quote(value);
  return {
    invalid: 'invalid-event-time',
    message: `column ${column}: ${shown} is not a time in ${unit} from 1970 to 2299`,
  };
}

function toMs(value: unknown, unit: TimeUnit): number {
  if (value instanceof Date) return value.getTime();
  if (unit === 'iso8601') return typeof value === 'string' ? parseIso(value) : Number.NaN;
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number') return Number.NaN;
  if (unit === 's') return Math.round(number * 1_000_000) / 1_000;
  return unit === 'us' ? number / 1_000 : number;
}

const isoPattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(\.\d{1,9})?)?\s?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/;
const shortestMonthDays = 28;

/** ISO 8601, also as Postgres (`+00`) and BigQuery (`UTC`) write zones; a text without a zone is UTC, whatever the zone of this machine. */
function parseIso(text: string): number {
  const match = isoPattern.exec(text);
  if (match === null) return Number.NaN;
  const [, date, minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = match;
  if (!isDay(date ?? '')) return Number.NaN;
  const offset = zone === 'Z' || zone === 'UTC' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  return Date.parse(`${date}T${minutes}:${seconds}${fraction.slice(0, 4)}${offset}`);
}

/** `Date.parse` takes 30 February for 1 March. */
function isDay(date: string): boolean {
  const day = Number(date.slice(8));
  return day <= shortestMonthDays || new Date(`${date}T00:00:00Z`).getUTCDate() === day;
}
