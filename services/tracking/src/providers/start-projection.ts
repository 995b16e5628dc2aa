import type { Provider } from '@nestjs/common';
import { sinkFetching, SinkPositions, type ClickHouseSink } from '@millrace/clickhouse';
import { BatchConsumer, EventBus } from '@millrace/events';
import { KIT_PARTS, startBeside, type KitParts } from '@millrace/service-kit';

/** What every projection of a log needs, under one token. */
export const PROJECTION_PARTS = Symbol('projection parts');

export interface ProjectionParts extends KitParts {
  readonly bus: EventBus;
}

export const projectionParts: Provider = {
  provide: PROJECTION_PARTS,
  inject: [KIT_PARTS, EventBus],
  useFactory: ({ log, metrics, readiness, shutdown }: KitParts, bus: EventBus): ProjectionParts => ({
    bus,
    log,
    metrics,
    readiness,
    shutdown,
  }),
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

/** Reads wait for what is fetched, so that it is not waited for as long as by other sinks. */
const fetching = { minBytes: sinkFetching.minBytes, maxWaitMs: 50 };

/** Starts to store logs in ClickHouse, beside the service: whoever reads waits until the sink has come to what it asks for. */
export function startProjection(
  parts: ProjectionParts,
  { sink, group, topics, title, check, onDeadLetter, lag }: Projection,
): ClickHouseSink {
  const hooks = { onDeadLetter: ({ reason }: { readonly reason: string }) => onDeadLetter?.(reason) };
  const names = topics.map((topic) => parts.bus.topics.name(topic));
  const part = new BatchConsumer(parts.bus, { group, topics: names, handler: sink, hooks, ...fetching });
  startBeside(parts, { part, title, check, lag });
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
