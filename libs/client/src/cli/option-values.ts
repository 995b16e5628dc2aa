import { InvalidArgumentError } from 'commander';
import { parseDuration, readEventTime } from '@millrace/feature-engine';

export function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('It must be a duration such as 90s, 10m, 12h or 7d.');
  return ms;
}

export function timeOption(text: string): number {
  const timeMs = readEventTime(text, 'iso8601', '');
  if (typeof timeMs === 'number') return timeMs;
  throw new InvalidArgumentError('It must be a time such as 2024-01-31 or 2024-01-31T12:00:00Z.');
}

export function positiveOption(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('It must be a number above 0.');
  }
  return value;
}

export function countOption(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return value;
}
