import { expect, test } from 'vitest';
import { renderTrace, type Trace } from './render-trace.ts';

const position = { topic: 'payments', generation: 1, partition: 2, offset: 17 };
const prediction = {
  endpoint: 'fraud',
  model: 'fraud-model',
  model_version: '3',
  status: 'ok',
  error: null,
  score: 0.25,
  scored_at: '2026-01-05 10:00:01.020',
  duration_us: 180,
  latency_ms: 12,
};
const trace: Trace = {
  eventId: 'p-1',
  deadLetters: [],
  events: [
    {
      source: 'payments',
      position,
      event: {
        _id: 'p-1',
        _event_time: '2026-01-05 10:00:00.000',
        _entity: 'c1',
        card: 'c1',
        amount: 12.5,
        shop: null,
      },
      vectors: [
        {
          lane: 'risk@2',
          eventTime: '2026-01-05T10:00:00.000Z',
          computedAt: '2026-01-05T10:00:01.000Z',
          entities: { card: 'c1' },
          features: [
            {
              feature: 'count_1d',
              value: 8,
              view: 'spend@1',
              window: { after: '2026-01-04T10:00:00.000Z', upTo: '2026-01-05T10:00:00.000Z' },
              eventCount: 8,
              events: Array.from({ length: 8 }, (_, i) => ({
                id: i === 7 ? null : `p-${i}`,
                event_time: '',
                position: i,
              })),
            },
            {
              feature: 'mean_7d',
              value: null,
              view: 'spend@1',
              window: { after: '2025-12-29T10:00:00.000Z', upTo: '2026-01-05T10:00:00.000Z' },
              eventCount: 0,
              events: [],
            },
            {
              feature: 'total',
              value: 9,
              view: 'spend@1',
              window: { after: null, upTo: '2026-01-05T10:00:00.000Z' },
              eventCount: 1,
              events: [{ id: 'p-1', event_time: '', position: 1 }],
            },
            { feature: 'amount', value: 12.5 },
          ],
          sql: 'SELECT 1\nFROM x\n',
        },
      ],
      predictions: [
        prediction,
        { ...prediction, endpoint: 'shadow', status: 'error', error: 'no such input', score: null },
      ],
      outcomes: [{ label: 1, observed_at: '2026-01-12 10:00:00.000' }],
    },
  ],
};

test("an event's way reads in the order in which it happened", () => {
  expect(renderTrace(trace)).toEqual([
    'event of source payments at payments/2/17 (generation 1)',
    '  id: p-1',
    '  event time: 2026-01-05 10:00:00.000',
    '  card    c1',
    '  amount  12.5',
    '  shop    missing',
    '',
    'vector of risk@2 for card c1 at 2026-01-05T10:00:00.000Z, computed 2026-01-05T10:00:01.000Z',
    '  count_1d  8        spend@1 (2026-01-04T10:00:00.000Z, 2026-01-05T10:00:00.000Z]  8 events: …, p-3, p-4, p-5, p-6, position 7',
    '  mean_7d   missing  spend@1 (2025-12-29T10:00:00.000Z, 2026-01-05T10:00:00.000Z]  no events',
    '  total     9        spend@1 (…, 2026-01-05T10:00:00.000Z]                         1 event: p-1',
    '  amount    12.5     from the event itself',
    '',
    'endpoint fraud: score 0.25, by fraud-model version 3',
    '  scored at 2026-01-05 10:00:01.020, 12 ms after the event was published; the model took 180 us',
    'endpoint shadow: failed: no such input, by fraud-model version 3',
    '  scored at 2026-01-05 10:00:01.020, 12 ms after the event was published; the model took 180 us',
    '',
    'outcome 1, known at 2026-01-12 10:00:00.000',
    '',
    'SQL that reproduces the vector of risk@2:',
    '  SELECT 1',
    '  FROM x',
  ]);
});

test('a record that was given up says who, why and how to see its bytes', () => {
  const letter = { group: 'features.payments', topic: 'payments', partition: 2, offset: 18 };
  const deadLetters = [{ ...letter, reason: 'too-late', message: 'it is late', buried_at: '2026-01-05 10:00:00.000' }];
  expect(renderTrace({ eventId: 'payments/2/18', events: [], deadLetters })).toEqual([
    'payments/2/18: given up by features.payments at 2026-01-05 10:00:00.000',
    '  too-late: it is late',
    '  its bytes: millrace dead-letters show features.payments payments/2/18',
  ]);
});
