import type { AvroSchemaJson } from '@millrace/schemas';

export interface Ride {
  readonly ride_id: string;
  readonly rider: string;
  readonly zone: number;
  readonly fare: number | null;
  readonly seats: number;
  readonly pooled: boolean | null;
  readonly plan: 'BASIC' | 'GOLD' | 'STAFF';
  readonly started_at: number;
}

export const rideSchema: AvroSchemaJson = {
  type: 'record',
  name: 'Ride',
  fields: [
    { name: 'ride_id', type: 'string' },
    { name: 'rider', type: 'string' },
    { name: 'zone', type: 'long' },
    { name: 'fare', type: ['null', 'double'], default: null },
    { name: 'seats', type: 'int' },
    { name: 'pooled', type: ['null', 'boolean'], default: null },
    { name: 'plan', type: { type: 'enum', name: 'Plan', symbols: ['BASIC', 'GOLD', 'STAFF'] } },
    { name: 'started_at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
};

const plans = ['BASIC', 'GOLD', 'STAFF'] as const;
const minuteMs = 60_000;

const riders = 60;
const zones = 40;

/** Rides whose times rise, tie and sometimes fall back by up to ten minutes. `random` gives numbers from 0 to 1. */
export function* randomRides(random: () => number): Generator<Ride, never> {
  let timeMs = Date.UTC(2026, 4, 1);
  for (let number = 0; ; number += 1) {
    if (random() > 0.3) timeMs += Math.floor(random() * 20) * minuteMs;
    const lateMs = random() < 0.1 ? Math.floor(random() * 9 * minuteMs) : 0;
    yield {
      ride_id: `ride-${number}`,
      rider: `rider-${Math.floor(random() * riders)}`,
      zone: Math.floor(random() * zones) * 7,
      fare: random() < 0.1 ? null : Math.round(random() * 8_000) / 100,
      seats: 1 + Math.floor(random() * 5),
      pooled: random() < 0.2 ? null : random() < 0.5,
      plan: plans[Math.floor(random() * plans.length)] ?? 'BASIC',
      started_at: timeMs - lateMs,
    };
  }
}

export function rideDefinitions(topic: string): object {
  return {
    definitions: [
      {
        kind: 'source',
        name: 'rides',
        topic,
        id: 'ride_id',
        entity: 'rider',
        partitioner: 'murmur2',
        eventTime: { column: 'started_at', unit: 'ms' },
        allowedLateness: '1h',
      },
      { kind: 'entity', name: 'rider', key: 'rider', type: 'string' },
      { kind: 'entity', name: 'zone', key: 'zone', type: 'long' },
      {
        kind: 'feature-view',
        name: 'rider_habits',
        entity: 'rider',
        source: 'rides',
        features: [
          { name: 'rides_1h', aggregation: 'count', window: '1h' },
          { name: 'rides_7d', aggregation: 'count', window: '7d', ownEvent: 'exclude' },
          { name: 'fare_sum_1d', aggregation: 'sum', input: 'fare', window: '1d' },
          { name: 'fare_mean_7d', aggregation: 'mean', input: 'fare', window: '7d' },
          { name: 'fare_max_7d', aggregation: 'max', input: 'fare', window: '7d', ownEvent: 'exclude' },
          { name: 'pooled_7d', aggregation: 'count', window: '7d', filter: 'pooled' },
          { name: 'last_seats', aggregation: 'last', input: 'seats', window: '7d', ownEvent: 'exclude' },
        ],
      },
      {
        kind: 'feature-view',
        name: 'zone_demand',
        entity: 'zone',
        source: 'rides',
        features: [
          { name: 'zone_rides_1h', aggregation: 'count', window: '1h' },
          { name: 'zone_rides_before_1d', aggregation: 'count', window: '1d', delay: '1h' },
          { name: 'zone_fare_mean_1d', aggregation: 'mean', input: 'fare', window: '1d' },
          { name: 'zone_seats_min_7d', aggregation: 'min', input: 'seats', window: '7d' },
        ],
      },
      {
        kind: 'feature-service',
        name: 'ride_risk',
        source: 'rides',
        views: ['rider_habits', 'zone_demand'],
        passThrough: [
          { name: 'fare', expression: 'fare' },
          { name: 'seats', expression: 'seats' },
          { name: 'pooled', expression: 'pooled' },
          { name: 'is_staff', expression: { op: '=', args: ['plan', { op: 'literal', value: 'STAFF' }] } },
          { name: 'weekday', expression: { op: 'weekday', args: [{ op: 'event-time' }], zone: 'America/New_York' } },
          {
            name: 'fare_ratio',
            expression: { op: '/', args: ['fare', { op: 'feature', name: 'fare_mean_7d' }] },
          },
        ],
      },
    ],
  };
}
