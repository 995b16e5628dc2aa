import type { Provider } from '@nestjs/common';
import { SinkPositions, type ClickHouseSink } from '@millrace/clickhouse';
import { BatchConsumer, EventBus } from '@millrace/events';
import { Readiness, ServiceLog, ServiceMetrics, Shutdown, untilAvailable } from '@millrace/service-kit';

/** What every projection of a log needs, under one token. */
export const PROJECTION_PARTS = Symbol('projection parts');

export interface ProjectionParts {
  readonly bus: EventBus;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

export const projectionParts: Provider = {
  provide: PROJECTION_PARTS,
  inject: [EventBus, ServiceLog, ServiceMetrics, Readiness, Shutdown],
  useFactory: (
    bus: EventBus,
    log: ServiceLog,
    metrics: ServiceMetrics,
    readiness: Readiness,
    shutdown: Shutdown,
  ): ProjectionParts => ({ bus, log, metrics, readiness, shutdown }),
};

export interface Projection {
  readonly sink: ClickHouseSink;
  readonly group: string;
  /** Names without the configured prefix. */
  readonly topics: readonly string[];
  /** As logs and the order of shutdown name it, and as readiness does. */
  readonly title: string;
  readonly check: string;
  /** Absent: the sink refuses nothing that it is given. */
  readonly onDeadLetter?: (reason: string) => void;
  readonly lag: { readonly name: string; readonly help: string };
}

const fetching = { minBytes: 256 * 1024, maxWaitMs: 50 };

/** Starts to store logs in ClickHouse, counted, watched by readiness and stopped in its turn. */
export async function startProjection(
  { bus, log, metrics, readiness, shutdown }: ProjectionParts,
  { sink, group, topics, title, check, onDeadLetter, lag }: Projection,
): Promise<ClickHouseSink> {
  const hooks = { onDeadLetter: ({ reason }: { readonly reason: string }) => onDeadLetter?.(reason) };
  const names = topics.map((topic) => bus.topics.name(topic));
  const consumer = new BatchConsumer(bus, { group, topics: names, handler: sink, hooks, ...fetching });
  await untilAvailable(log, title, () => consumer.start());
  shutdown.add('consumers', title, () => consumer.stop());
  readiness.add(check, () => {
    const { state, stoppedBy } = consumer.status;
    return { ok: stoppedBy === undefined && state !== 'stopped', detail: stoppedBy?.message ?? state };
  });
  metrics.gauge({ ...lag, collect: (gauge) => gauge.set(consumer.status.lag) });
  return sink;
}

/** How far a projection has come, on this instance and on the others. */
export function positionsOf(bus: EventBus, group: string, sink: ClickHouseSink): SinkPositions {
  return new SinkPositions({
    sink,
    committedOffsets: (topic) => bus.topics.committedOffsets(group, topic),
    pollMs: 50,
  });
}
