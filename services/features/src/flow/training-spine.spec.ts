import { isInvalid } from '@millrace/feature-engine';
import { expect, test } from 'vitest';
import { featuresDomain } from './definitions-domain.ts';
import { servedService } from './source-blueprint.ts';
import { checkSpine, spineTableRow, spineTime, type SpineRow } from './training-spine.ts';

const definitions = [
  {
    kind: 'source',
    name: 'payments',
    topic: 'payments',
    eventTime: { column: 'at', unit: 'ms' },
    columns: { at: 'timestamp', card: 'string', time: 'string', row: 'double' },
  },
  { kind: 'entity', name: 'card', key: 'card', type: 'string' },
  {
    kind: 'feature-view',
    name: 'counts',
    entity: 'card',
    source: 'payments',
    features: [{ name: 'count_1d', aggregation: 'count', window: '1d' }],
  },
  {
    kind: 'feature-service',
    name: 'svc',
    source: 'payments',
    views: ['counts'],
    passThrough: [
      { name: 'doubled', expression: { op: '*', args: ['row', 2] } },
      { name: 'text', expression: 'time' },
    ],
  },
];

function service() {
  const state = featuresDomain.initial();
  const meta = { offset: 0, actor: 'test', atMs: 0, requestId: 'r', commandId: 'r' };
  expect(featuresDomain.apply(state, { type: 'apply-definitions', definitions }, meta).ok).toBe(true);
  return servedService(state, 'svc@1');
}

function faultsOf(spine: readonly SpineRow[]): unknown {
  try {
    checkSpine(service(), spine, 'by-time');
  } catch (error) {
    return (error as { faults: { path: string }[] }).faults.map(({ path }) => path);
  }
  return [];
}

test('a time without a zone is UTC, and what only looks like a time is none', () => {
  expect(spineTime('2026-01-02T03:04:05')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  expect(spineTime('2026-01-02')).toBe(Date.UTC(2026, 0, 2));
  for (const time of ['foo 1', '1 January 2026', 1e20, -1, undefined]) {
    const read = spineTime(time);
    expect(typeof read === 'object' && isInvalid(read), String(time)).toBe(true);
  }
});

test('refuses each row that the query would choke on, with its path', () => {
  const good = { card: 'c', time: '2026-01-01T00:00:00Z' };
  expect(faultsOf([good, { ...good, time: 1e20 }, { time: good.time }, { ...good, row: 'many' }])).toEqual([
    'spine[1].time',
    // The time of a row is its column `time` as well, which this service reads as a text.
    'spine[1].time',
    'spine[2].card',
    'spine[3].row',
  ]);
  expect(faultsOf([])).toEqual(['spine']);
});

test('keeps what a caller gives for a column apart from what the query needs itself', () => {
  const row = spineTableRow(service(), { given: { card: 'c', time: '2026-01-01', row: 7 } }, 3);
  expect(row).toEqual({
    row: 3,
    time: '2026-01-01T00:00:00.000Z',
    entities: { card: 'c' },
    event_id: null,
    own_partition: null,
    own_offset: null,
    given_row: 7,
    given_time: '2026-01-01',
  });
});
