/** The one HTTP body that defines the source of parcel scans and everything made of it. */
export function parcelDefinitions(topic: string): object {
  const weight = { op: 'column', name: 'weight_g' };
  const kindIs = (...values: string[]): object => ({ op: 'in', args: ['kind'], values });
  return {
    definitions: [
      {
        kind: 'source',
        name: 'parcels',
        topic,
        id: 'scan_id',
        entity: 'parcel',
        partitioner: 'crc32',
        eventTime: { column: 'scanned_at', unit: 'ms' },
        allowedLateness: '10m',
      },
      { kind: 'entity', name: 'parcel', key: 'parcel', type: 'string' },
      { kind: 'entity', name: 'depot', key: 'depot', type: 'long' },
      {
        kind: 'feature-view',
        name: 'parcel_life',
        entity: 'parcel',
        source: 'parcels',
        features: [
          { name: 'scans_1h', aggregation: 'count', window: '1h' },
          { name: 'scans_1d', aggregation: 'count', window: '1d' },
          { name: 'handled_7d', aggregation: 'count', window: '7d', filter: kindIs('TRANSIT', 'RETURN') },
          { name: 'weight_sum_1d', aggregation: 'sum', input: weight, window: '1d' },
          { name: 'weight_mean_7d', aggregation: 'mean', input: weight, window: '7d' },
          { name: 'weight_min_7d', aggregation: 'min', input: weight, window: '7d' },
          { name: 'weight_max_1d', aggregation: 'max', input: weight, window: '1d' },
          { name: 'fragile_sum_1d', aggregation: 'sum', input: 'fragile', window: '1d' },
          {
            name: 'heavy_before_1d',
            aggregation: 'count',
            window: '1d',
            delay: '2h',
            filter: { op: '>', args: [weight, 1_000] },
          },
          { name: 'last_value_7d', aggregation: 'last', input: 'declared_value', window: '7d' },
        ],
      },
      {
        kind: 'feature-view',
        name: 'depot_load',
        entity: 'depot',
        source: 'parcels',
        features: [
          { name: 'depot_scans_15m', aggregation: 'count', window: '15m' },
          { name: 'depot_scans_6h', aggregation: 'count', window: '6h' },
          { name: 'depot_weight_mean_6h', aggregation: 'mean', input: weight, window: '6h' },
          { name: 'depot_stops_max_1d', aggregation: 'max', input: 'stops', window: '1d' },
          { name: 'depot_returns_1d', aggregation: 'sum', input: kindIs('RETURN'), window: '1d' },
        ],
      },
      {
        kind: 'feature-service',
        name: 'parcel_risk',
        source: 'parcels',
        views: ['parcel_life', 'depot_load'],
        passThrough: [
          { name: 'weight', expression: weight },
          { name: 'stops', expression: 'stops' },
          { name: 'is_return', expression: kindIs('RETURN') },
          { name: 'is_fragile', expression: 'fragile' },
          { name: 'hour', expression: { op: 'hour', args: [{ op: 'event-time' }], zone: 'Europe/Berlin' } },
          {
            name: 'weight_ratio',
            expression: { op: '/', args: [weight, { op: 'feature', name: 'weight_mean_7d' }] },
          },
        ],
      },
    ],
  };
}
