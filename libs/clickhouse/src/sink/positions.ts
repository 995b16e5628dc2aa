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
    const deadline = AbortSignal.timeout(timeoutMs);
    const done = new Set<LogPosition>();
    const finished = new AbortController();
    const stop = AbortSignal.any([deadline, finished.signal]);
    const all = Promise.all(
      positions.map(async (position) => {
        await Promise.race([this.#here(position, stop), this.#elsewhere(position, stop)]);
        done.add(position);
      }),
    );
    const timedOut = new Promise<'timeout'>((resolve) => {
      stop.addEventListener('abort', () => resolve('timeout'), { once: true });
    });
    try {
      await Promise.race([all, timedOut]);
    } finally {
      finished.abort();
    }
    const missing = positions.filter((position) => !done.has(position));
    return missing.length === 0 ? { reached: true } : { reached: false, missing };
  }

  #here(position: LogPosition, stop: AbortSignal): Promise<void> {
    const { sink } = this.#options;
    return sink === undefined ? never() : sink.whenApplied(position, position.offset, stop);
  }

  async #elsewhere({ topic, partition, offset }: LogPosition, stop: AbortSignal): Promise<void> {
    const { committedOffsets, sink, pollMs = 100 } = this.#options;
    while (!stop.aborted) {
      if (sink === undefined || sink.appliedTo({ topic, partition }) === null) {
        const committed = await committedOffsets(topic);
        if ((committed[partition] ?? -1) > offset) return;
      }
      await delay(pollMs, undefined, { signal: stop }).catch(() => undefined);
    }
    await never();
  }
}

function never(): Promise<void> {
  return new Promise(() => {
    // Settled by nothing: the race it takes part in is won by another.
  });
}
