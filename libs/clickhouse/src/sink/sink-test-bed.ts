import { BatchConsumer, EventBus, eventId } from '@millrace/events';
import type { EventsConfig } from '@millrace/events';
import { schemas, subjectOf, topics } from '@millrace/schemas';
import type { Prediction } from '@millrace/schemas';
import { predictionsTable } from '../tables/prediction-tables.ts';
import { ClickHouseSink } from './clickhouse-sink.ts';
import type { SinkHooks } from './clickhouse-sink.ts';
import { SinkPositions } from './positions.ts';
import type { LogPosition } from './positions.ts';
import type { RowInserter } from './sink-partition.ts';
import { decodedBatch, row } from './sink-rows.ts';

const spec = { ...topics['inference.predictions'], partitions: 4 };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** For this package's own tests: predictions through Kafka into ClickHouse, by instances that come and go. */
export class SinkTestBed {
  readonly bus: EventBus;
  readonly topic: string;
  readonly #config: EventsConfig;

  private constructor(bus: EventBus, config: EventsConfig) {
    this.bus = bus;
    this.topic = bus.topics.name(spec.name);
    this.#config = config;
  }

  static async connect(env: Readonly<Record<string, string | undefined>>): Promise<SinkTestBed> {
    const config: EventsConfig = {
      kafka: { brokers: (env['MILLRACE_KAFKA_BROKERS'] ?? '').split(','), clientId: 'sink-test' },
      schemaRegistry: { url: env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? '' },
      topicPrefix: env['MILLRACE_TOPIC_PREFIX'] ?? '',
      sessionTimeoutMs: Number(env['MILLRACE_KAFKA_SESSION_TIMEOUT_MS']),
    };
    const bus = await EventBus.connect(config, log);
    await bus.topics.ensure([spec]);
    return new SinkTestBed(bus, config);
  }

  async close(): Promise<void> {
    await this.bus.close();
  }

  /** One instance of a service that keeps history, with the connections that a process of its own has. */
  async startInstance(inserter: RowInserter, hooks: SinkHooks = {}) {
    const bus = await EventBus.connect(this.#config, log);
    const reader = bus.codec.reader<Prediction>(schemas.Prediction);
    const sink = new ClickHouseSink({
      inserter,
      group: 'history',
      map: decodedBatch(reader, (value) => ({ identity: value, rows: [row(predictionsTable, value)] })),
      maxWaitMs: 200,
      maxRows: 400,
      hooks,
    });
    const consumer = new BatchConsumer(bus, {
      group: 'history',
      topics: [this.topic],
      handler: sink,
      idleIntervalMs: 50,
      commitIntervalMs: 50,
    });
    await consumer.start();
    await consumer.whenAssigned();
    return {
      positions: new SinkPositions({ sink, committedOffsets: (t) => bus.topics.committedOffsets('history', t) }),
      stop: async () => {
        await consumer.stop();
        await bus.close();
      },
    };
  }

  async publish(numbers: readonly number[]): Promise<LogPosition[]> {
    const writer = await this.bus.codec.writer<Prediction>(subjectOf(this.topic), schemas.Prediction);
    const { topic } = this;
    const records = numbers.map((n) => ({ topic, partition: n % 4, key: null, value: writer.encode(prediction(n)) }));
    const offsets = await this.bus.producer().send(records);
    return records.map(({ partition }, i) => ({ topic, partition, offset: offsets[i] ?? -1 }));
  }
}

function prediction(n: number): Prediction {
  const identity = {
    lane: 'fraud-live',
    sourceTopic: 'payments',
    generation: 1,
    sourcePartition: n % 8,
    sourceOffset: Math.floor(n / 8),
  };
  return {
    ...identity,
    eventId: eventId(identity),
    endpoint: 'fraud-live',
    requestId: null,
    sourceEventId: `tx-${n}`,
    vectorEventId: null,
    entities: { card: 'c' },
    eventTimeMs: 1_700_000_000_000 + n,
    sourceTimestampMs: 1_700_000_000_000 + n,
    featureService: 'fraud',
    featureServiceVersion: 1,
    model: 'm',
    modelVersion: '1',
    artifactHash: 'ab',
    status: 'ok',
    error: null,
    score: n,
    outputs: {},
    numbers: [n],
    strings: [],
    vectorAtMs: 1_700_000_000_000,
    scoredAtMs: 1_700_000_000_000,
    durationUs: 1,
  };
}
