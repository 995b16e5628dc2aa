import type { Provider } from '@nestjs/common';
import { ClickHouse, migrate, ownMigrations, type ClickHouseSink } from '@millrace/clickhouse';
import { EventBus, Journal } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { Readiness, SERVICE_CONFIG, ServiceLog, Shutdown, untilAvailable } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { trackingDomain } from '../flow/tracking-domain.ts';
import { RunEventsPublisher } from '../publish/run-events.publisher.ts';
import {
  positionsOf,
  PROJECTION_PARTS,
  projectionParts,
  startProjection,
  type ProjectionParts,
} from './start-projection.ts';
import { ClickHouseRunHistory } from '../store/runs/clickhouse-run-history.ts';
import { KafkaRunLog } from '../store/runs/kafka-run-log.ts';
import { runFactsGroup, runFactsSink } from '../store/runs/run-facts.sink.ts';
import { TRACKING_JOURNAL, RUN_HISTORY } from '../tokens.ts';

const SINK = Symbol('run facts sink');

/** Connections, and what reads and writes through them: each checked by readiness and closed in its turn. */
export const storeProviders: Provider[] = [
  {
    provide: EventBus,
    inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
    useFactory: async (config: TrackingConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
      const bus = await untilAvailable(log, 'events', () => EventBus.connect(config.events, log));
      readiness.add('events', () => bus.ping().then(() => true));
      shutdown.add('producers', 'events', () => bus.close());
      return bus;
    },
  },
  {
    provide: ClickHouse,
    inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
    useFactory: async (config: TrackingConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
      const clickhouse = new ClickHouse(config.clickhouse);
      await untilAvailable(log, 'migrations', () => migrate(clickhouse, ownMigrations, log));
      readiness.add('clickhouse', () => clickhouse.ping().then(() => true));
      shutdown.add('stores', 'clickhouse', () => clickhouse.close());
      return clickhouse;
    },
  },
  {
    provide: TRACKING_JOURNAL,
    inject: [EventBus, ServiceLog, Readiness, Shutdown],
    useFactory: async (bus: EventBus, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
      const options = { topic: 'tracking.journal', domain: trackingDomain };
      const journal = await untilAvailable(log, 'journal', () => Journal.open(bus, options));
      readiness.add('journal', () => ({ ok: journal.ready, detail: journal.fault?.message ?? 'replayed' }));
      shutdown.add('consumers', 'journal', () => journal.close());
      return journal;
    },
  },
  {
    provide: RunEventsPublisher,
    inject: [EventBus, ServiceLog],
    useFactory: (bus: EventBus, log: ServiceLog) => untilAvailable(log, 'topics', () => RunEventsPublisher.open(bus)),
  },
  {
    provide: KafkaRunLog,
    // After the publisher: it makes the topic.
    inject: [EventBus, Shutdown, RunEventsPublisher],
    useFactory: (bus: EventBus, shutdown: Shutdown) => {
      const log = new KafkaRunLog(bus);
      shutdown.add('consumers', 'run log', () => log.close());
      return log;
    },
  },
  projectionParts,
  {
    provide: SINK,
    inject: [PROJECTION_PARTS, ClickHouse, RunEventsPublisher],
    useFactory: startSink,
  },
  {
    provide: RUN_HISTORY,
    inject: [SERVICE_CONFIG, EventBus, ClickHouse, SINK],
    useFactory: (config: TrackingConfig, bus: EventBus, clickhouse: ClickHouse, sink: ClickHouseSink) => {
      const topic = bus.topics.name(topics['tracking.runs'].name);
      const positions = positionsOf(bus, runFactsGroup, sink);
      return new ClickHouseRunHistory(clickhouse, { positions, topic, timeoutMs: config.live.readTimeoutMs });
    },
  },
];

function startSink(parts: ProjectionParts, clickhouse: ClickHouse): ClickHouseSink {
  const deadLetters = parts.metrics.counter({
    name: 'dead_letters_total',
    help: 'Records moved to the dead letters',
    labels: ['consumer', 'reason'],
  });
  return startProjection(parts, {
    sink: runFactsSink(parts.bus, clickhouse),
    group: runFactsGroup,
    topics: [topics['tracking.runs'].name],
    title: 'run facts sink',
    check: 'run-facts',
    onDeadLetter: (reason) => deadLetters.inc({ consumer: runFactsGroup, reason }),
    lag: {
      name: 'run_facts_lag_records',
      help: 'Writes of this instance’s partitions that are not yet in ClickHouse.',
    },
  });
}
