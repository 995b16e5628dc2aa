import type { TopicPartitionOffsetAndMetadata } from 'kafkajs';
import { EventsError, TransientError } from '../errors.ts';
import { encodeFence } from './fence.ts';
import type { Fence } from './fence.ts';
import { asError } from './handle-carefully.ts';
import type { PartitionId } from './partition-handler.ts';
import type { PartitionProgress } from './partition-progress.ts';

/** What the committer needs of a partition's worker. */
export interface Committable {
  readonly place: PartitionId;
  readonly progress: PartitionProgress;
  /** False when another member may own the partition. */
  readonly live: boolean;
}

export interface CommitterSetting<W extends Committable> {
  readonly intervalMs: number;
  /** One attempt; false, decided at once, when this member may not commit now. */
  commit(offsets: readonly TopicPartitionOffsetAndMetadata[]): Promise<void> | false;
  committed(worker: W, fence: Fence): void;
  /** A fence that no commit can hold. */
  failed(worker: W, error: Error): void;
  postponed(error: Error): void;
}

/** Commits offset and fence of the partitions that moved, together and at most once an interval. */
export class OffsetCommitter<W extends Committable> {
  readonly #setting: CommitterSetting<W>;
  readonly #dirty = new Set<W>();
  #postponed = false;
  #timer: NodeJS.Timeout | undefined;
  /** One commit at a time: an older fence must never arrive after a newer one. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(setting: CommitterSetting<W>) {
    this.#setting = setting;
  }

  mark(worker: W): void {
    if (!worker.progress.dirty) return;
    this.#dirty.add(worker);
    this.#schedule();
  }

  /** Commits now what is marked; a failure is left to the next interval, or to whoever reads the records again. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#inTurn(async () => {
      const workers = [...this.#dirty];
      this.#dirty.clear();
      try {
        await this.#commit(workers);
        this.#postponed = false;
      } catch (error) {
        // Once an outage: every partition tries at every interval.
        if (!this.#postponed) this.#setting.postponed(asError(error));
        this.#postponed = true;
        for (const worker of workers) this.mark(worker);
      }
    });
  }

  /** Commits the partition's fence with this intent and resolves when the broker has it. */
  async commitIntent(worker: W, intent: number): Promise<void> {
    await this.#inTurn(async () => {
      worker.progress.intend(intent);
      let committed = false;
      try {
        committed = await this.#commit([worker]);
      } catch (error) {
        if (error instanceof EventsError) throw error;
        throw new TransientError('kafka', `intent not committed: ${asError(error).message}`, { cause: error });
      }
      if (!committed)
        throw new TransientError('kafka', `intent not committed: the group is rebalancing or the partition has moved`);
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dirty.clear();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, this.#setting.intervalMs);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** True when every worker given was committed. Between the check and the request nothing may be awaited. */
  async #commit(workers: readonly W[]): Promise<boolean> {
    const fences: { worker: W; fence: Fence }[] = [];
    const offsets: TopicPartitionOffsetAndMetadata[] = [];
    for (const worker of workers) {
      if (!worker.live) continue;
      const fence = worker.progress.fence();
      const metadata = this.#encode(worker, fence);
      if (metadata === null) continue;
      fences.push({ worker, fence });
      offsets.push({ ...worker.place, offset: String(fence.nextOffset), metadata });
    }
    if (offsets.length === 0) return false;
    const answer = this.#setting.commit(offsets);
    if (answer === false) return false;
    try {
      await answer;
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      this.#refuse(fences, error);
      return false;
    }
    for (const { worker, fence } of fences) {
      worker.progress.markCommitted(fence);
      this.#setting.committed(worker, fence);
    }
    return fences.length === workers.length;
  }

  /** The broker names no partition; the longest fence is the one to blame. */
  #refuse(fences: readonly { readonly worker: W; readonly fence: Fence }[], cause: unknown): void {
    const [longest] = fences.toSorted((a, b) => encodeFence(b.fence).length - encodeFence(a.fence).length);
    if (longest === undefined) return;
    const error = new EventsError(
      'EVENTS_FENCE_TOO_LARGE',
      `the broker refuses a fence of ${encodeFence(longest.fence).length} bytes: set offset.metadata.max.bytes to 65536 on the brokers`,
      { cause },
    );
    this.#setting.failed(longest.worker, error);
    for (const { worker } of fences) if (worker !== longest.worker) this.mark(worker);
  }

  #encode(worker: W, fence: Fence): string | null {
    try {
      return encodeFence(fence);
    } catch (error) {
      this.#setting.failed(worker, asError(error));
      return null;
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'OFFSET_METADATA_TOO_LARGE';
}
