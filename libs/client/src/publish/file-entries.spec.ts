import { expect, test } from 'vitest';
import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';
import { EventTimeColumn } from './event-time.ts';
import { fileEntries, type EntryOptions } from './file-entries.ts';
import { collect } from '../collect-for-tests.ts';

async function* from(rows: readonly FileRow[]): AsyncGenerator<FileRow> {
  yield* rows;
}

const ignore = (): void => undefined;

function entriesOf(rows: readonly FileRow[], { unit, ...options }: Partial<EntryOptions> & { unit?: 's' } = {}) {
  const eventTime = new EventTimeColumn('t', unit);
  return collect(fileEntries(from(rows), { eventTime, onRow: ignore, check: ignore, onEnd: ignore, ...options }));
}

const labels = { column: 'label', delayMs: 1_000, idColumn: 'id', positive: 'fraud' };

test('the unit of the event time is that of the first row', async () => {
  expect(await entriesOf([{ t: '10' }, { t: '20' }])).toMatchObject([{ timeMs: 10_000 }, { timeMs: 20_000 }]);
});

test('labels leave the events and follow as outcomes when they become known', async () => {
  const rows = [
    { t: 1, id: 'a', label: 'fraud' },
    { t: 2, id: 'b', label: 'legit' },
    { t: 3, id: 'c', label: null },
  ];
  expect(await entriesOf(rows, { labels, unit: 's' })).toEqual([
    { timeMs: 1_000, entry: { kind: 'event', row: { t: 1, id: 'a' } } },
    { timeMs: 2_000, entry: { kind: 'outcome', id: 'a', label: 1, eventTimeMs: 1_000 } },
    { timeMs: 2_000, entry: { kind: 'event', row: { t: 2, id: 'b' } } },
    { timeMs: 3_000, entry: { kind: 'outcome', id: 'b', label: 0, eventTimeMs: 2_000 } },
    { timeMs: 3_000, entry: { kind: 'event', row: { t: 3, id: 'c' } } },
  ]);
});

test('a column may say when the label became known; the later of the two counts, and it leaves the events too', async () => {
  const timed = { column: 'label', delayMs: 5_000, idColumn: 'id', timeColumn: 'known' };
  const rows = [
    { t: 1, id: 'a', label: 1, known: '1970-01-01T00:01:00Z' },
    { t: 1, id: 'b', label: 0, known: '1970-01-01T00:00:02Z' },
  ];
  const entries = await entriesOf(rows, { labels: timed, unit: 's' });
  expect(entries.map(({ timeMs }) => timeMs)).toEqual([1_000, 60_000, 1_000, 6_000]);
  expect(entries[0]?.entry).toEqual({ kind: 'event', row: { t: 1, id: 'a' } });
});

test('a part of the stream is what happens or becomes known in it, while every row is looked at', async () => {
  const seen: FileRow[] = [];
  const rows = [
    { t: 1, id: 'a', label: 'fraud' },
    { t: 2, id: 'b', label: 'fraud' },
  ];
  const part = { labels, unit: 's' as const, fromMs: 2_000, toMs: 3_000, onRow: (row: FileRow) => seen.push(row) };
  const entries = await entriesOf(rows, part);
  expect(entries.map(({ timeMs, entry }) => [timeMs, entry.kind])).toEqual([
    [2_000, 'outcome'],
    [2_000, 'event'],
  ]);
  expect(seen).toHaveLength(2);
});

test('a row that cannot be used is named by its number', async () => {
  await expect(entriesOf([{ t: 1 }, { t: null }], { unit: 's' })).rejects.toThrow(/^row 2: column t/);
  const nameless = entriesOf([{ t: 1, id: null, label: 'fraud' }], { labels, unit: 's' });
  await expect(nameless).rejects.toThrow(/row 1: .*column "id"/);
  const { positive: _, ...numeric } = labels;
  const worded = entriesOf([{ t: 1, id: 'a', label: 'fraud' }], { labels: numeric, unit: 's' });
  await expect(worded).rejects.toThrow(/label "fraud" .*--positive/);
});

test('a fault that is found in a row carries its number', async () => {
  const check = (): void => {
    throw new ClientError('CLIENT_ROW_INVALID', 'column "n": "x" is not a long');
  };
  await expect(entriesOf([{ t: 1 }], { check })).rejects.toMatchObject({
    code: 'CLIENT_ROW_INVALID',
    message: 'row 1: column "n": "x" is not a long',
  });
});

test('the label column may come up in a later row', async () => {
  const entries = await entriesOf(
    [
      { t: 1, id: 'a' },
      { t: 2, id: 'b', label: 'fraud' },
    ],
    { labels, unit: 's' },
  );
  expect(entries.map(({ entry }) => entry.kind)).toEqual(['event', 'event', 'outcome']);
});

test('a positive label that no row has is taken for a mistake, beside those that there are', async () => {
  const rows = [
    { t: 1, id: 'a', label: 'legit' },
    { t: 2, id: 'b', label: 'Fraud' },
  ];
  await expect(entriesOf(rows, { labels, unit: 's' })).rejects.toThrow(
    /no label in column "label" is "fraud": there are "legit", "Fraud".*--negative/,
  );
});

test('with both labels named none needs to be positive, and a third one is an error', async () => {
  const both = { ...labels, negative: 'legit' };
  expect(await entriesOf([{ t: 1, id: 'a', label: 'legit' }], { labels: both, unit: 's' })).toHaveLength(2);
  const other = entriesOf([{ t: 1, id: 'a', label: 'Fraud' }], { labels: both, unit: 's' });
  await expect(other).rejects.toThrow(/row 1: label "Fraud".*neither "fraud".*nor "legit"/);
});
