import { readEventTime, type TimeUnit } from '@millrace/feature-engine';
import { ClientError } from '../client-error.ts';

/** Milliseconds since the epoch of a file's value, by the rules of the features service: text without a zone is UTC. */
export function eventTimeMs(value: unknown, unit: TimeUnit, column: string): number {
  const plain = unit !== 'iso8601' && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const timeMs = readEventTime(plain, unit, column);
  if (typeof timeMs === 'number') return timeMs;
  throw new ClientError('CLIENT_EVENT_TIME_INVALID', timeMs.message);
}

const microsecondsFrom = 1e14;
const millisecondsFrom = 1e11;

/** Text means ISO 8601; numbers are told apart by their size (seconds until the year 5138). */
export function guessUnit(value: unknown): TimeUnit {
  if (value instanceof Date) return 'ms';
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'bigint' && (typeof number !== 'number' || !Number.isFinite(number))) return 'iso8601';
  const size = Math.abs(Number(number));
  return size < millisecondsFrom ? 's' : size < microsecondsFrom ? 'ms' : 'us';
}
