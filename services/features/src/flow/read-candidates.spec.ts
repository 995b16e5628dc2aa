import type { SourceRecord } from '@millrace/events';
import { noDefinitions, parseDefinitions } from '@millrace/feature-engine';
import { expect, test } from 'vitest';
import { featuresDomain } from './definitions-domain.ts';
import { readCandidate, type Candidate, type Refused } from './read-candidates.ts';
import { blueprintsOf } from './source-blueprint.ts';

const amount = { op: 'column', name: 'amount' };
const perHour = (name: string) => [{ name, aggregation: 'count', window: '1h' }];
const documents = [
  {
    kind: 'source',
    name: 'payments',
    topic: 'payments',
    entity: 'card',
    partitioner: 'murmur2',
    eventTime: { column: 'ts', unit: 'ms' },
    columns: { card: 'string', shop: 'string', amount: 'double', ts: 'timestamp' },
  },
  { kind: 'entity', name: 'card', key: 'card', type: 'string' },
  { kind: 'entity', name: 'shop', key: 'shop', type: 'string' },
  { kind: 'feature-view', name: 'by_card', entity: 'card', source: 'payments', features: perHour('cards') },
  { kind: 'feature-view', name: 'by_shop', entity: 'shop', source: 'payments', features: perHour('shops') },
  { kind: 'feature-service', name: 'alone', source: 'payments', views: ['by_card'] },
  {
    kind: 'feature-service',
    name: 'both',
    source: 'payments',
    views: ['by_card', 'by_shop'],
    passThrough: [{ name: 'amount', expression: amount }],
  },
];

function read(row: Record<string, unknown>, value = Buffer.alloc(10)): Candidate | Refused {
  const parsed = parseDefinitions(documents, noDefinitions);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const [blueprint] = blueprintsOf({ ...featuresDomain.initial(), definitions: parsed.definitions });
  if (!blueprint) throw new Error('the source is not read');
  const record: SourceRecord = {
    topic: 'payments',
    partition: 0,
    offset: 7,
    timestampMs: 1_000,
    key: null,
    value,
    headers: {},
  };
  return readCandidate(blueprint, record, { row, rules: { place: () => 0, maxBytes: 10 } });
}

const good = { card: 'c1', shop: 's1', amount: 2, ts: 1_000 };

test('a column that only a pass-through feature reads is judged before the event counts anywhere', () => {
  expect(read(good)).toMatchObject({ serviceKeys: [['c1'], ['c1', 's1']] });
  expect(read({ ...good, amount: Number.NaN })).toMatchObject({ invalid: 'not-a-number' });
  expect(read({ ...good, amount: 'two' })).toMatchObject({ invalid: 'wrong-type' });
});

test('an event without the key of one view is an event of the others, and gives no vector to the services of that view', () => {
  expect(read({ ...good, shop: null })).toMatchObject({ serviceKeys: [['c1'], null], rekeyed: [null] });
});

test('a record without its entity or its event time is refused', () => {
  expect(read({ ...good, card: '' })).toMatchObject({ invalid: 'missing-entity' });
  expect(read({ ...good, ts: null })).toMatchObject({ invalid: 'missing-event-time' });
});

test('a record whose value is larger than allowed is refused, whatever it says', () => {
  expect(read(good, Buffer.alloc(11))).toMatchObject({ invalid: 'record-too-large' });
});
