import { EventsError } from '@millrace/events';
import { expect, test } from 'vitest';
import type { PublishProgress } from './publish-options.ts';
import { PublicationError } from './publication-error.ts';

const progress: PublishProgress = {
  phase: 'publishing',
  readBytes: 1,
  sizeBytes: 1,
  rows: 5_000,
  entries: 5_010,
  events: 1_990,
  outcomes: 10,
  positives: 3,
  reachedMs: Date.UTC(2024, 0, 31),
  lastMs: null,
  resent: 0,
};

test('what ended a publication says how far it came and where to go on, under its own code', () => {
  const error = new PublicationError(new EventsError('EVENTS_RECORD_TOO_LARGE', 'too large'), progress);
  expect(error.code).toBe('EVENTS_RECORD_TOO_LARGE');
  expect(error.message).toMatch(/^too large\n2,000 of 5,010 events and outcomes .* --from 2024-01-31T00:00:00.000Z/);
});

test('nothing in the log is said too', () => {
  const error = new PublicationError(new Error('away'), { ...progress, events: 0, outcomes: 0, reachedMs: null });
  expect(error).toMatchObject({ code: 'CLIENT_PUBLICATION_FAILED', message: 'away\nnothing was published' });
});
