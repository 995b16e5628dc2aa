import { parseDefinitions } from '@millrace/feature-engine';
import { openApiSchema } from '@millrace/service-kit';
import { expect, test } from 'vitest';
import { definitionsBody } from './definitions-body.ts';

/** Every member that the engine takes. */
const definitions = [
  {
    kind: 'source',
    name: 'payments',
    topic: 'payments',
    description: 'd',
    id: 'id',
    eventTime: { column: 'at', unit: 'ms' },
    availableAt: { column: 'known', unit: 'ms' },
    cdc: { key: ['card', 'id'], op: { column: 'op', insert: ['c'], update: ['u'], delete: ['d'] } },
    entity: 'card',
    partitioner: 'murmur2',
    keyEncoding: 'string',
    allowedLateness: '1m',
    maxFuture: '1h',
    columns: {
      id: 'string',
      op: 'string',
      at: 'timestamp',
      known: 'timestamp',
      card: 'string',
      'shop.name': 'string',
      amount: 'double',
    },
    derived: { doubled: { op: '*', args: ['amount', 2] } },
  },
  // A lifetime is of events that nothing changes later on.
  {
    kind: 'source',
    name: 'clicks',
    topic: 'clicks',
    eventTime: { column: 'at', unit: 'ms' },
    columns: { at: 'timestamp', card: 'string' },
  },
  { kind: 'entity', name: 'card', description: 'd', key: 'card', type: 'string' },
  {
    kind: 'feature-view',
    name: 'spend',
    version: 1,
    description: 'd',
    entity: 'card',
    source: 'payments',
    keyColumn: 'card',
    allowedLateness: '1m',
    features: [
      {
        name: 'sum_1d',
        description: 'd',
        aggregation: 'sum',
        input: 'amount',
        window: '1d',
        delay: '1h',
        filter: { op: '>', args: ['amount', 0] },
        ownEvent: 'exclude',
        empty: 0,
      },
      ...[
        { kind: 'tumbling', size: '1d', offset: '5h', which: 'previous' },
        { kind: 'session', gap: '30m', max: '1d' },
      ].map((window) => ({ name: window.kind, aggregation: 'count', window })),
    ],
  },
  {
    kind: 'feature-view',
    name: 'ever',
    entity: 'card',
    source: 'clicks',
    features: [{ name: 'clicks', aggregation: 'count', window: { kind: 'lifetime' } }],
  },
  {
    kind: 'feature-service',
    name: 'svc',
    version: 1,
    description: 'd',
    source: 'payments',
    views: [{ view: 'spend', version: 1, key: 'card' }],
    passThrough: [{ name: 'amount', description: 'd', expression: 'amount' }],
    features: ['sum_1d', 'amount'],
    startFrom: 'beginning',
  },
];

test('documents what the engine takes, in each form it may be sent', () => {
  const parsed = parseDefinitions(definitions);
  expect(parsed.ok ? [] : parsed.faults).toEqual([]);
  for (const body of [definitions, { definitions }, definitions[0]]) {
    expect(definitionsBody.safeParse(body).error?.issues ?? []).toEqual([]);
  }
});

test('can be published', () => {
  const text = JSON.stringify(openApiSchema(definitionsBody));
  for (const kind of ['source', 'entity', 'feature-view', 'feature-service']) expect(text).toContain(`"${kind}"`);
});
