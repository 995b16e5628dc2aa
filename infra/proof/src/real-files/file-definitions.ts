interface Topics {
  readonly registrations: string;
  readonly transactions: string;
}

/** What is made of the two files, as HTTP takes it. Their columns stay as they are. */
export function fileDefinitions({ registrations, transactions }: Topics): object {
  return { definitions: [...ofRegistrations(registrations), ...ofTransactions(transactions)] };
}

function ofRegistrations(topic: string): object[] {
  const counts = (prefix: string, ...windows: string[]): object[] =>
    windows.map((window) => ({ name: `${prefix}_${window}`, aggregation: 'count', window }));
  return [
    {
      kind: 'source',
      name: 'registrations',
      topic,
      entity: 'ip_address',
      partitioner: 'murmur2',
      eventTime: { column: 'EVENT_TIMESTAMP', unit: 'iso8601' },
      allowedLateness: '1d',
      derived: { email_domain: { op: 'split-part', args: ['email_address'], separator: '@', index: 1 } },
    },
    { kind: 'entity', name: 'ip', key: 'ip_address', type: 'string' },
    { kind: 'entity', name: 'email_domain', key: 'email_domain', type: 'string' },
    { kind: 'entity', name: 'email', key: 'email_address', type: 'string' },
    {
      kind: 'feature-view',
      name: 'ip_sign_ups',
      entity: 'ip',
      source: 'registrations',
      features: counts('ip', '1d', '7d', '30d', '365d'),
    },
    {
      kind: 'feature-view',
      name: 'domain_sign_ups',
      entity: 'email_domain',
      source: 'registrations',
      features: counts('domain', '1h', '6h', '1d', '7d'),
    },
    {
      kind: 'feature-view',
      name: 'email_sign_ups',
      entity: 'email',
      source: 'registrations',
      features: [
        ...counts('email', '7d', '90d'),
        { name: 'email_before_30d', aggregation: 'count', window: '30d', ownEvent: 'exclude' },
      ],
    },
    {
      kind: 'feature-service',
      name: 'registration_risk',
      source: 'registrations',
      views: ['ip_sign_ups', 'domain_sign_ups', 'email_sign_ups'],
      passThrough: [
        { name: 'hour', expression: { op: 'hour', args: [{ op: 'event-time' }], zone: 'UTC' } },
        { name: 'weekday', expression: { op: 'weekday', args: [{ op: 'event-time' }], zone: 'UTC' } },
        {
          name: 'is_org',
          expression: { op: '=', args: ['email_domain', { op: 'literal', value: 'example.org' }] },
        },
      ],
    },
  ];
}

function ofTransactions(topic: string): object[] {
  const price = 'order_price';
  return [
    {
      kind: 'source',
      name: 'transactions',
      topic,
      id: 'EVENT_ID',
      entity: 'ENTITY_ID',
      partitioner: 'murmur2',
      eventTime: { column: 'EVENT_TIMESTAMP', unit: 'iso8601' },
      allowedLateness: '1d',
    },
    { kind: 'entity', name: 'customer', key: 'ENTITY_ID', type: 'string' },
    { kind: 'entity', name: 'merchant', key: 'merchant', type: 'string' },
    {
      kind: 'feature-view',
      name: 'customer_spend',
      entity: 'customer',
      source: 'transactions',
      features: [
        { name: 'customer_count_7d', aggregation: 'count', window: '7d' },
        { name: 'customer_count_30d', aggregation: 'count', window: '30d' },
        { name: 'customer_sum_30d', aggregation: 'sum', input: price, window: '30d' },
        { name: 'customer_mean_90d', aggregation: 'mean', input: price, window: '90d' },
        { name: 'customer_max_90d', aggregation: 'max', input: price, window: '90d', ownEvent: 'exclude' },
      ],
    },
    {
      kind: 'feature-view',
      name: 'merchant_sales',
      entity: 'merchant',
      source: 'transactions',
      features: [
        { name: 'merchant_count_30d', aggregation: 'count', window: '30d' },
        { name: 'merchant_mean_90d', aggregation: 'mean', input: price, window: '90d' },
        { name: 'merchant_min_90d', aggregation: 'min', input: price, window: '90d' },
      ],
    },
    {
      kind: 'feature-service',
      name: 'transaction_risk',
      source: 'transactions',
      views: ['customer_spend', 'merchant_sales'],
      passThrough: [
        { name: 'price', expression: price },
        { name: 'hour', expression: { op: 'hour', args: [{ op: 'event-time' }], zone: 'UTC' } },
        {
          name: 'price_ratio',
          expression: { op: '/', args: [price, { op: 'feature', name: 'customer_mean_90d' }] },
        },
        {
          name: 'is_online',
          expression: { op: 'in', args: ['product_category'], values: ['shopping_net', 'misc_net', 'grocery_net'] },
        },
      ],
    },
  ];
}
