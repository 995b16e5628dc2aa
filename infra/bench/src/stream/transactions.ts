import type { AvroSchemaJson } from '@millrace/schemas';

export interface BenchTransaction {
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly terminal_id: string;
  readonly amount: number;
  readonly tx_time: number;
}

export const transactionSchema: AvroSchemaJson = {
  type: 'record',
  name: 'BenchTransaction',
  fields: [
    { name: 'transaction_id', type: 'string' },
    { name: 'customer_id', type: 'string' },
    { name: 'terminal_id', type: 'string' },
    { name: 'amount', type: 'double' },
    { name: 'tx_time', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
};

const customers = 5_000;
const terminals = 1_000;
/** About two transactions a customer and day. */
const meanGapMs = 86_400_000 / (2 * customers);

/** Seeded and in event-time order; ids continue from `start`, so one run never repeats one. */
export function* transactions(count: number, start: number, fromMs: number): Generator<BenchTransaction> {
  let seed = (start + 1) * 2_654_435_761;
  const random = (): number => {
    seed = (Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((seed ^ (seed >>> 13)) >>> 0) / 2 ** 32;
  };
  let time = fromMs;
  for (let i = start; i < start + count; i += 1) {
    time += random() * 2 * meanGapMs;
    yield {
      transaction_id: `t${i}`,
      customer_id: `c${Math.floor(random() * customers)}`,
      terminal_id: `m${Math.floor(random() * terminals)}`,
      amount: Math.round(random() * 20_000) / 100,
      tx_time: Math.floor(time),
    };
  }
}

/** Features over three windows: count, sum, mean and max each, of the customer, and of the terminal where it is asked for. */
export function definitions(topic: string, withTerminal: boolean): object[] {
  const amount = { op: 'column', name: 'amount' };
  const windows = ['1d', '7d', '30d'];
  const view = (entity: string): object => ({
    kind: 'feature-view',
    name: `${entity}_spend`,
    entity,
    source: 'bench',
    features: windows.flatMap((window) =>
      ['count', 'sum', 'mean', 'max'].map((aggregation) => ({
        name: `${entity}_${aggregation}_${window}`,
        aggregation,
        window,
        ...(aggregation !== 'count' && { input: amount }),
      })),
    ),
  });
  return [
    {
      kind: 'source',
      name: 'bench',
      topic,
      id: 'transaction_id',
      eventTime: { column: 'tx_time', unit: 'ms' },
      entity: 'customer_id',
      partitioner: 'murmur2',
      allowedLateness: '10m',
    },
    { kind: 'entity', name: 'customer', key: 'customer_id', type: 'string' },
    ...(withTerminal
      ? [{ kind: 'entity', name: 'terminal', key: 'terminal_id', type: 'string' }, view('terminal')]
      : []),
    view('customer'),
    {
      kind: 'feature-service',
      name: 'bench',
      source: 'bench',
      views: ['customer_spend', ...(withTerminal ? ['terminal_spend'] : [])],
      passThrough: [{ name: 'amount', expression: amount }],
    },
  ];
}
