import { setTimeout as delay } from 'node:timers/promises';
import type { PartitionId } from '@millrace/events';
import type { ClickHouseSink } from './clickhouse-sink.ts';

/** A record that a reader has to see: what `EventProducer.send` returned for it. */
export interface LogPosition extends PartitionId {
  readonly offset: number;
}

export interface PositionsOptions {
  /** The sink of this process, if it runs one: then a wait triggers the flush. */
  readonly sink?: ClickHouseSink;
  /** What the sink's group committed by partition of a topic: how far instances elsewhere are. */
  readonly committedOffsets: (topic: string) => Promise<readonly number[]>;
  readonly pollMs?: number;
}

export type WaitResult =
  | { readonly reached: true }
  /** The positions that were not applied in time. */
  | { readonly reached: false; readonly missing: readonly LogPosition[] };

/** Read-your-writes: waits until records are in ClickHouse, whichever instance writes them. */
export class SinkPositions {
  readonly #options: PositionsOptions;

  constructor(options: PositionsOptions) {
    this.#options = options;
  }

  async waitFor(positions: readonly LogPosition[], timeoutMs: number): Promise<WaitResult> {
    const finished = new AbortController();
    const stop = AbortSignal.any([AbortSignal.timeout(timeoutMs), finished.signal]);
    const missing = new Set(positions);
    try {
      await Promise.race([this.#here(missing, stop), this.#elsewhere(missing, stop)]);
    } finally {
      finished.abort();
    }
    return missing.size === 0 ? { reached: true } : { reached: false, missing: [...missing] };
  }

  /** Next offset of each partition of a topic below which everything is in ClickHouse by now. */
  async applied(topic: string): Promise<number[]> {
    const { committedOffsets, sink } = this.#options;
    const committed = await committedOffsets(topic);
    return Array.from(committed, (offset, partition) =>
      // Before its first commit a group is said to stand at -1.
      Math.max(0, offset ?? 0, sink?.appliedTo({ topic, partition }) ?? 0),
    );
  }

  /** What the sink of this process applies, as it does so. */
  async #here(missing: Set<LogPosition>, stop: AbortSignal): Promise<void> {
    const { sink } = this.#options;
    if (sink === undefined) return never();
    await new Promise<void>((resolve) => {
      const wait = async (position: LogPosition): Promise<void> => {
        await sink.whenApplied(position, position.offset, stop);
        missing.delete(position);
        // The others among them may have been found elsewhere meanwhile.
        if (missing.size === 0) resolve();
      };
      for (const position of missing) void wait(position);
    });
  }

  /** What others have committed: one question for all partitions of a topic, however many are waited for. */
  async #elsewhere(missing: Set<LogPosition>, stop: AbortSignal): Promise<void> {
    const { committedOffsets, sink, pollMs = 100 } = this.#options;
    while (missing.size > 0 && !stop.aborted) {
      const foreign = [...missing].filter((position) => sink === undefined || sink.appliedTo(position) === null);
      for (const topic of new Set(foreign.map((position) => position.topic))) {
        const committed = await Promise.race([committedOffsets(topic), aborted(stop)]);
        for (const position of foreign) {
          if (position.topic === topic && (committed[position.partition] ?? -1) > position.offset)
            missing.delete(position);
        }
      }
      if (missing.size > 0) await delay(pollMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }
}

/** No offsets at all, when it is time to stop. */
function aborted(stop: AbortSignal): Promise<readonly number[]> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve([]);
    stop.addEventListener('abort', () => resolve([]), { once: true });
  });
}

function never(): Promise<void> {
  return new Promise(() => {
    // Settled by nothing: the race it takes part in is won by another.
  });
}
