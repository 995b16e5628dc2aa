import type { ClickHouseSink } from '@millrace/clickhouse';
import { BatchConsumer, type EventBus } from '@millrace/events';
import {
  untilAvailable,
  type Readiness,
  type ServiceLog,
  type ServiceMetrics,
  type Shutdown,
} from '@millrace/service-kit';

export interface ProjectionParts {
  readonly bus: EventBus;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

export interface Projection {
  readonly sink: ClickHouseSink;
  readonly group: string;
  /** Its full name. */
  readonly topic: string;
  /** As logs and the order of shutdown name it, and as readiness does. */
  readonly title: string;
  readonly check: string;
  readonly onDeadLetter: (reason: string) => void;
  readonly lag: { readonly name: string; readonly help: string };
}

/** Starts to store a log in ClickHouse, counted, watched by readiness and stopped in its turn. */
export async function startProjection(
  { bus, log, metrics, readiness, shutdown }: ProjectionParts,
  { sink, group, topic, title, check, onDeadLetter, lag }: Projection,
): Promise<ClickHouseSink> {
  const hooks = { onDeadLetter: ({ reason }: { readonly reason: string }) => onDeadLetter(reason) };
  const consumer = new BatchConsumer(bus, { group, topics: [topic], handler: sink, hooks });
  await untilAvailable(log, title, () => consumer.start());
  shutdown.add('consumers', title, () => consumer.stop());
  readiness.add(check, () => {
    const { state, stoppedBy } = consumer.status;
    return { ok: stoppedBy === undefined && state !== 'stopped', detail: stoppedBy?.message ?? state };
  });
  metrics.gauge({ ...lag, collect: (gauge) => gauge.set(consumer.status.lag) });
  return sink;
}
