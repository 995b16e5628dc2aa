import { randomUUID } from 'node:crypto';
import { partitioners, type AvroWriter, type EventBus } from '@millrace/events';
import { subjectOf, type AvroSchemaJson } from '@millrace/schemas';

/** A payment as a producer of features events would send it. */
export interface Payment {
  readonly payment_id: string;
  readonly card: string;
  readonly shop: string;
  readonly amount: number;
  /** No feature reads it. */
  readonly fee?: number | null;
  /** A float in Avro, and 0.1 where it is absent. */
  readonly tip?: number;
  readonly ts: number;
}

/** As a careless producer may send it. */
type SentPayment = Omit<Payment, 'ts'> & { readonly ts: number | null };

const paymentSchema: AvroSchemaJson = {
  type: 'record',
  name: 'Payment',
  fields: [
    { name: 'payment_id', type: 'string' },
    { name: 'card', type: 'string' },
    { name: 'shop', type: ['null', 'string'], default: null },
    { name: 'amount', type: 'double' },
    { name: 'fee', type: ['null', 'double'], default: null },
    { name: 'tip', type: 'float', default: 0.1 },
    { name: 'ts', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }] },
  ],
};

export const dayMs = 86_400_000;
export const startMs = Date.UTC(2026, 0, 1);

/** A topic of payments keyed by card, with a name that no other test uses. */
export class CardSource {
  readonly topic = `payments-${randomUUID().slice(0, 8)}`;
  readonly #bus: EventBus;
  readonly #writer: AvroWriter<SentPayment>;
  readonly #partitions: number;

  private constructor(bus: EventBus, topic: string, writer: AvroWriter<SentPayment>, partitions: number) {
    this.#bus = bus;
    this.topic = topic;
    this.#writer = writer;
    this.#partitions = partitions;
  }

  static async create(bus: EventBus, partitions = 3): Promise<CardSource> {
    const topic = `payments-${randomUUID().slice(0, 8)}`;
    await bus.topics.ensureExact([
      {
        name: topic,
        schema: null,
        key: 'card',
        partitions,
        retentionMs: -1,
        cleanup: 'delete',
        maxMessageBytes: 6_000_000,
      },
    ]);
    return new CardSource(bus, topic, await bus.codec.writer<SentPayment>(subjectOf(topic), paymentSchema), partitions);
  }

  send(payments: readonly SentPayment[]): Promise<number[]> {
    return this.sendBytes(
      payments.map((payment) => ({ card: payment.card, value: this.#writer.encode({ fee: null, ...payment }) })),
    );
  }

  sendBytes(records: readonly { readonly card: string; readonly value: Buffer | null }[]): Promise<number[]> {
    return this.#bus.producer().send(
      records.map(({ card, value }) => {
        const key = Buffer.from(card);
        return {
          topic: this.topic,
          partition: partitioners.murmur2(key, this.#partitions),
          key,
          value,
          timestampMs: Date.now(),
        };
      }),
    );
  }

  /** A source whose events have no id and no key, with a service that takes a column as it is. */
  plainDefinitions(): object[] {
    return [
      { kind: 'source', name: 'plain', topic: this.topic, eventTime: { column: 'ts', unit: 'ms' } },
      {
        kind: 'feature-service',
        name: 'plain',
        source: 'plain',
        passThrough: [{ name: 'amount', expression: 'amount' }],
      },
    ];
  }

  /** A table whose rows are keyed by card, with totals of each shop; a fee is the time at which a row became known. */
  tableDefinitions(): object[] {
    return [
      {
        kind: 'source',
        name: 'ledger',
        topic: this.topic,
        entity: 'card',
        partitioner: 'murmur2',
        eventTime: { column: 'ts', unit: 'ms' },
        availableAt: { column: 'fee', unit: 'ms' },
        cdc: { key: ['card'] },
      },
      { kind: 'entity', name: 'ledger_row', key: 'card', type: 'string' },
      { kind: 'entity', name: 'ledger_shop', key: 'shop', type: 'string' },
      {
        kind: 'feature-view',
        name: 'ledger_rows',
        entity: 'ledger_row',
        source: 'ledger',
        features: [{ name: 'row_count', aggregation: 'count', window: '30d' }],
      },
      {
        kind: 'feature-view',
        name: 'ledger_shops',
        entity: 'ledger_shop',
        source: 'ledger',
        features: [
          { name: 'rows', aggregation: 'count', window: '30d' },
          { name: 'total', aggregation: 'sum', input: { op: 'column', name: 'amount' }, window: '30d' },
        ],
      },
      { kind: 'feature-service', name: 'ledger', source: 'ledger', views: ['ledger_rows', 'ledger_shops'] },
    ];
  }

  /** Two sources that rows are pushed to: one whose views compute, and one whose view takes what it is given. */
  pushedDefinitions(): object[] {
    const amount = { op: 'column', name: 'amount' };
    const source = {
      kind: 'source',
      topic: this.topic,
      id: 'payment_id',
      eventTime: { column: 'ts', unit: 'ms' },
      entity: 'card',
      partitioner: 'murmur2',
    };
    return [
      { ...source, name: 'pushed' },
      { ...source, name: 'profiles' },
      { kind: 'entity', name: 'pushed_card', key: 'card', type: 'string' },
      { kind: 'entity', name: 'pushed_shop', key: 'shop', type: 'string' },
      {
        kind: 'feature-view',
        name: 'pushed_spend',
        entity: 'pushed_card',
        source: 'pushed',
        features: [
          { name: 'count_1d', aggregation: 'count', window: '1d' },
          { name: 'sum_1d', aggregation: 'sum', input: amount, window: '1d' },
          { name: 'mean_1d', aggregation: 'mean', input: amount, window: '1d' },
        ],
      },
      {
        kind: 'feature-view',
        name: 'pushed_shops',
        entity: 'pushed_shop',
        source: 'pushed',
        features: [{ name: 'shop_count', aggregation: 'count', window: '1d' }],
      },
      {
        kind: 'feature-view',
        name: 'profile',
        entity: 'pushed_card',
        source: 'profiles',
        features: [
          { name: 'newest_amount', aggregation: 'last', input: amount, window: '30d' },
          { name: 'newest_shop', aggregation: 'last', input: { op: 'column', name: 'shop' }, window: '30d' },
        ],
      },
      {
        kind: 'feature-service',
        name: 'pushed_risk',
        source: 'pushed',
        views: ['pushed_spend', 'pushed_shops'],
        passThrough: [{ name: 'share', expression: { op: '/', args: [amount, { op: 'feature', name: 'sum_1d' }] } }],
      },
    ];
  }

  definitions(): object[] {
    const amount = { op: 'column', name: 'amount' };
    return [
      {
        kind: 'source',
        name: 'payments',
        topic: this.topic,
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
        source: 'payments',
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
        source: 'payments',
        features: [
          { name: 'shop_count_1h', aggregation: 'count', window: '1h' },
          { name: 'shop_sum_7d', aggregation: 'sum', input: amount, window: '7d' },
          { name: 'shop_sum_ever', aggregation: 'sum', input: amount, window: { kind: 'lifetime' } },
        ],
      },
      {
        kind: 'feature-service',
        name: 'payment_risk',
        source: 'payments',
        views: ['card_spend', 'shop_load'],
        passThrough: [
          { name: 'amount', expression: amount },
          { name: 'tip', expression: 'tip' },
        ],
      },
    ];
  }
}

/** Independent of the platform: what each window holds when events come in the order of the list. */
export function expectedFeatures(payments: readonly Payment[], index: number): number[] {
  const own = payments[index];
  if (!own) throw new RangeError(`there is no payment ${index}`);
  const within = (windowMs: number, same: (payment: Payment) => boolean): number[] =>
    payments
      .filter(
        (payment, i) =>
          same(payment) &&
          payment.ts > own.ts - windowMs &&
          (payment.ts < own.ts || (payment.ts === own.ts && i <= index)) &&
          i <= index,
      )
      .map(({ amount }) => amount);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const ofCard = (windowMs: number): number[] => within(windowMs, ({ card }) => card === own.card);
  const ofShop = (windowMs: number): number[] => within(windowMs, ({ shop }) => shop === own.shop);
  const week = ofCard(7 * dayMs);
  return [
    ofCard(dayMs).length,
    sum(ofCard(dayMs)),
    sum(week) / week.length,
    Math.max(...week),
    ofShop(3_600_000).length,
    sum(ofShop(7 * dayMs)),
    sum(ofShop(Number.POSITIVE_INFINITY)),
    own.amount,
  ];
}
