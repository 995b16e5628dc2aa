import type { AvroSchemaJson } from '@millrace/schemas';

/** A card payment as its producer sends it. */
export interface Payment {
  readonly payment_id: string;
  readonly card: string;
  readonly shop: string;
  readonly amount: number;
  readonly ts: number;
}

export const paymentSchema: AvroSchemaJson = {
  type: 'record',
  name: 'Payment',
  fields: [
    { name: 'payment_id', type: 'string' },
    { name: 'card', type: 'string' },
    { name: 'shop', type: 'string' },
    { name: 'amount', type: 'double' },
    { name: 'ts', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
};

export const sourceName = 'payments';
export const serviceName = 'payment_risk';
export const sourcePartitions = 4;

const amount = { op: 'column', name: 'amount' };

/** Windows by card, which the source is keyed by, and by shop, whose view has a log of its own. */
export function paymentDefinitions(topic: string): object[] {
  return [
    {
      kind: 'source',
      name: sourceName,
      topic,
      id: 'payment_id',
      eventTime: { column: 'ts', unit: 'ms' },
      entity: 'card',
      partitioner: 'murmur2',
      allowedLateness: '10m',
    },
    { kind: 'entity', name: 'card', key: 'card', type: 'string' },
    { kind: 'entity', name: 'shop', key: 'shop', type: 'string' },
    {
      kind: 'feature-view',
      name: 'card_spend',
      entity: 'card',
      source: sourceName,
      features: [
        { name: 'card_count_1d', aggregation: 'count', window: '1d' },
        { name: 'card_sum_1d', aggregation: 'sum', input: amount, window: '1d' },
        { name: 'card_mean_7d', aggregation: 'mean', input: amount, window: '7d' },
        { name: 'card_max_7d', aggregation: 'max', input: amount, window: '7d' },
      ],
    },
    {
      kind: 'feature-view',
      name: 'shop_load',
      entity: 'shop',
      source: sourceName,
      // Days go by in seconds here: a partition that stands still for a moment is days behind the others.
      allowedLateness: '30d',
      features: [
        { name: 'shop_count_1d', aggregation: 'count', window: '1d' },
        { name: 'shop_sum_7d', aggregation: 'sum', input: amount, window: '7d' },
      ],
    },
    {
      kind: 'feature-service',
      name: serviceName,
      source: sourceName,
      views: ['card_spend', 'shop_load'],
      passThrough: [{ name: 'amount', expression: amount }],
    },
  ];
}

/** In the order of the service: four by card, two by shop, the amount. */
export const featureCount = 7;
export const cardFeatureCount = 4;
