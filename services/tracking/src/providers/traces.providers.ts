import { randomUUID } from 'node:crypto';
import type { Provider } from '@nestjs/common';
import { ClickHouse, type ClickHouseSink } from '@millrace/clickhouse';
import { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { SERVICE_CONFIG, ServiceLog, ServiceMetrics, Shutdown, untilAvailable } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { OtlpController } from '../entry/traces/otlp.controller.ts';
import { TraceArtifactController } from '../entry/traces/trace-artifact.controller.ts';
import { TraceChangesController } from '../entry/traces/trace-changes.controller.ts';
import { TraceMetricsController } from '../entry/traces/trace-metrics.controller.ts';
import { TracesV2Controller } from '../entry/traces/traces-v2.controller.ts';
import { TracesController } from '../entry/traces/traces.controller.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import type { ExperimentsJournal } from '../flow/ports.ts';
import { AssessTraces } from '../flow/traces/assess-traces.ts';
import { ChangeTraces } from '../flow/traces/change-traces.ts';
import { DeleteTraces } from '../flow/traces/delete-traces.ts';
import { ExportSpans } from '../flow/traces/export-spans.ts';
import { LiveTraces } from '../flow/traces/live-traces.ts';
import type { KnownRuns } from '../flow/traces/ports.ts';
import { QueryTraceMetrics } from '../flow/traces/query-trace-metrics.ts';
import { ReadTraces } from '../flow/traces/read-traces.ts';
import { SearchTraces } from '../flow/traces/search-traces.ts';
import { StartTrace } from '../flow/traces/start-trace.ts';
import { TraceWrites } from '../flow/traces/trace-writes.ts';
import { TraceEventsPublisher } from '../publish/trace-events.publisher.ts';
import { positionsOf, PROJECTION_PARTS, startProjection, type ProjectionParts } from './start-projection.ts';
import { StoredLog } from '../store/stored-log.ts';
import { ClickHouseTraceHistory } from '../store/traces/clickhouse-trace-history.ts';
import { KafkaTraceLog } from '../store/traces/kafka-trace-log.ts';
import { tracesGroup, tracesSink } from '../store/traces/traces.sink.ts';
import { TRACKING_JOURNAL } from '../tokens.ts';

const SINK = Symbol('traces sink');
const KNOWN_RUNS = Symbol('known runs');
const now = (): number => Date.now();

export const tracesControllers = [
  TracesController,
  TraceMetricsController,
  TraceArtifactController,
  TraceChangesController,
  TracesV2Controller,
  OtlpController,
];

/** All of traces: what they store, and what is built on it. */
export const tracesProviders: Provider[] = [
  {
    provide: TraceEventsPublisher,
    inject: [EventBus, ServiceLog],
    useFactory: (bus: EventBus, log: ServiceLog) =>
      untilAvailable(log, 'trace topic', () => TraceEventsPublisher.open(bus)),
  },
  {
    provide: KafkaTraceLog,
    // After the publisher: it makes the topic.
    inject: [EventBus, Shutdown, TraceEventsPublisher],
    useFactory: (bus: EventBus, shutdown: Shutdown) => {
      const log = new KafkaTraceLog(bus);
      shutdown.add('consumers', 'trace log', () => log.close());
      return log;
    },
  },
  {
    provide: SINK,
    inject: [PROJECTION_PARTS, ClickHouse, TraceEventsPublisher],
    useFactory: startSink,
  },
  {
    provide: ClickHouseTraceHistory,
    inject: [SERVICE_CONFIG, EventBus, ClickHouse, SINK],
    useFactory: (config: TrackingConfig, bus: EventBus, clickhouse: ClickHouse, sink: ClickHouseSink) => {
      const topic = bus.topics.name(topics['tracking.traces'].name);
      const positions = positionsOf(bus, tracesGroup, sink);
      const timeoutMs = config.live.readTimeoutMs;
      return new ClickHouseTraceHistory(clickhouse, new StoredLog({ positions, topic, timeoutMs, what: 'traces' }));
    },
  },
  {
    provide: LiveTraces,
    inject: [KafkaTraceLog, ClickHouseTraceHistory, SERVICE_CONFIG, ServiceMetrics, ServiceLog],
    useFactory: async (
      traceLog: KafkaTraceLog,
      history: ClickHouseTraceHistory,
      { live: { maxTraceBytes, maxCatchUp, readTimeoutMs } }: TrackingConfig,
      metrics: ServiceMetrics,
      log: ServiceLog,
    ) => {
      const live = new LiveTraces(traceLog, history, { maxBytes: maxTraceBytes, maxCatchUp, readTimeoutMs });
      await untilAvailable(log, 'trace log', () => live.follow());
      metrics.gauge({
        name: 'live_traces_bytes',
        help: 'Memory of the traces held, about.',
        collect: (gauge) => gauge.set(live.heldBytes),
      });
      return live;
    },
  },
  {
    provide: KNOWN_RUNS,
    inject: [LiveRuns],
    useFactory: (runs: LiveRuns): KnownRuns => ({
      experimentOf: async (runId) => (await runs.get('run', runId))?.experimentId ?? null,
    }),
  },
  {
    provide: TraceWrites,
    inject: [LiveTraces, TraceEventsPublisher],
    useFactory: (live: LiveTraces, events: TraceEventsPublisher) =>
      new TraceWrites(live, events, { now, newId: randomUUID }),
  },
  {
    provide: ExportSpans,
    inject: [TRACKING_JOURNAL, KNOWN_RUNS, TraceWrites],
    useFactory: (experiments: ExperimentsJournal, runs: KnownRuns, writes: TraceWrites) =>
      new ExportSpans(experiments, runs, writes),
  },
  {
    provide: StartTrace,
    inject: [TRACKING_JOURNAL, LiveTraces, TraceWrites],
    useFactory: (experiments: ExperimentsJournal, live: LiveTraces, writes: TraceWrites) =>
      new StartTrace(experiments, live, writes),
  },
  {
    provide: ChangeTraces,
    inject: [LiveTraces, KNOWN_RUNS, TraceWrites],
    useFactory: (live: LiveTraces, runs: KnownRuns, writes: TraceWrites) => new ChangeTraces(live, runs, writes),
  },
  {
    provide: AssessTraces,
    inject: [LiveTraces, TraceWrites],
    useFactory: (live: LiveTraces, writes: TraceWrites) =>
      new AssessTraces(live, writes, { now, newAssessmentId: () => `a-${randomUUID().replaceAll('-', '')}` }),
  },
  {
    provide: DeleteTraces,
    inject: [LiveTraces, ClickHouseTraceHistory, TraceWrites],
    useFactory: (live: LiveTraces, history: ClickHouseTraceHistory, writes: TraceWrites) =>
      new DeleteTraces(live, history, writes),
  },
  {
    provide: QueryTraceMetrics,
    inject: [LiveTraces, ClickHouseTraceHistory],
    useFactory: (live: LiveTraces, history: ClickHouseTraceHistory) => new QueryTraceMetrics(live, history),
  },
  { provide: ReadTraces, inject: [LiveTraces], useFactory: (live: LiveTraces) => new ReadTraces(live) },
  {
    provide: SearchTraces,
    inject: [LiveTraces, ClickHouseTraceHistory],
    useFactory: (live: LiveTraces, history: ClickHouseTraceHistory) => new SearchTraces(live, history),
  },
];

function startSink(parts: ProjectionParts, clickhouse: ClickHouse): ClickHouseSink {
  const deadLetters = parts.metrics.counter({
    name: 'trace_dead_letters_total',
    help: 'Writes to traces that were moved to the dead letters',
    labels: ['reason'],
  });
  return startProjection(parts, {
    sink: tracesSink(parts.bus, clickhouse),
    group: tracesGroup,
    topics: [topics['tracking.traces'].name],
    title: 'traces sink',
    check: 'traces',
    onDeadLetter: (reason) => deadLetters.inc({ reason }),
    lag: {
      name: 'trace_facts_lag_records',
      help: 'Writes to traces of this instance’s partitions that are not yet in ClickHouse.',
    },
  });
}
