import type { SinkPositions } from '@millrace/clickhouse';
import { UnavailableError } from '@millrace/service-kit';

export interface StoredLogOptions {
  readonly positions: Pick<SinkPositions, 'waitFor'>;
  readonly topic: string;
  readonly timeoutMs: number;
  /** As an error says it: "traces". */
  readonly what: string;
}

/** How much of a topic the analytical store holds. */
export class StoredLog {
  readonly #options: StoredLogOptions;
  /** Next offset of each partition up to which everything is known to be stored: what is stored stays so. */
  readonly #storedTo = new Map<number, number>();

  constructor(options: StoredLogOptions) {
    this.#options = options;
  }

  /** Waits until every write below `nextOffset` of the partitions is stored. Throws a transient error when it takes too long. */
  async until(wanted: readonly { readonly partition: number; readonly nextOffset: number }[]): Promise<void> {
    const { topic, positions, timeoutMs, what } = this.#options;
    const open = wanted.filter(({ partition, nextOffset }) => nextOffset > (this.#storedTo.get(partition) ?? 0));
    if (open.length === 0) return;
    const last = open.map(({ partition, nextOffset }) => ({ topic, partition, offset: nextOffset - 1 }));
    const waited = await positions.waitFor(last, timeoutMs);
    if (!waited.reached) {
      throw new UnavailableError(
        'TRACKING_HISTORY_BEHIND',
        `${what} are not yet stored up to the writes that were acknowledged: ${waited.missing.length} partitions are behind`,
      );
    }
    for (const { partition, nextOffset } of open) {
      this.#storedTo.set(partition, Math.max(nextOffset, this.#storedTo.get(partition) ?? 0));
    }
  }
}
