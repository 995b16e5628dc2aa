import { EventsError, TransientError } from '@millrace/events';
import type { EventBus } from '@millrace/events';
import type { ClickHouseSink } from '../sink/clickhouse-sink.ts';
import { SinkPositions } from '../sink/positions.ts';
import type { AuditedLog } from './verify-audit.ts';

/** A log, and the sink that audits it when it runs in this process. */
export interface FollowedLog extends AuditedLog {
  readonly sink?: ClickHouseSink;
}

/** Read-your-writes of the trail: what was in the logs when it was asked for is waited for. */
export class AuditFreshness {
  readonly #bus: EventBus;
  readonly #logs: readonly (FollowedLog & { readonly positions: SinkPositions })[];
  readonly #timeoutMs: number;

  constructor(bus: EventBus, logs: readonly FollowedLog[], timeoutMs: number) {
    this.#bus = bus;
    this.#timeoutMs = timeoutMs;
    this.#logs = logs.map((log) => ({ ...log, positions: positionsOf(bus, log) }));
  }

  /** Throws a transient error when it takes too long. */
  async reached(): Promise<void> {
    await Promise.all(
      this.#logs.map(async ({ topic, positions }) => {
        const name = this.#bus.topics.name(topic);
        const ends = await this.#endsOf(name);
        const wanted = ends.flatMap((end, partition) => (end > 0 ? [{ topic: name, partition, offset: end - 1 }] : []));
        const waited = await positions.waitFor(wanted, this.#timeoutMs);
        if (!waited.reached) {
          throw new TransientError(
            'clickhouse',
            `the audit trail of "${name}" is behind by more than ${this.#timeoutMs} ms: is the service that writes it running?`,
          );
        }
      }),
    );
  }

  /** A service that never ran has no log yet. */
  async #endsOf(topic: string): Promise<readonly number[]> {
    try {
      return await this.#bus.topics.endOffsets(topic);
    } catch (error) {
      if (error instanceof EventsError && error.code === 'EVENTS_TOPIC_MISSING') return [];
      throw error;
    }
  }
}

function positionsOf(bus: EventBus, { group, sink }: FollowedLog): SinkPositions {
  const committedOffsets = (topic: string) => bus.topics.committedOffsets(group, topic);
  return new SinkPositions({ ...(sink !== undefined && { sink }), committedOffsets, pollMs: 50 });
}
