import type { FoldedWrite } from '../runs/live-partition.ts';
import type { LiveRuns, WriteListener } from '../runs/live-runs.ts';
import type { RunFact } from '../runs/run-facts.ts';
import { scopeTest, type FeedScope } from './feed-scope.ts';

export interface QueuedWrite {
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  readonly facts: readonly RunFact[];
  /** Offsets that this write names void. */
  readonly voids: readonly number[];
}

export type Next =
  | { readonly is: 'write'; readonly write: QueuedWrite }
  /** Nothing came in time. */
  | { readonly is: 'quiet' }
  /** What came cannot be shown from here: it has to be read from the store. */
  | { readonly is: 'behind' }
  | { readonly is: 'closed' };

export interface WriteQueueOptions {
  readonly partitions: readonly number[];
  /** What waits for a slow reader takes no more than this. */
  readonly maxBytes: number;
}

const bytesOfFact = 200;

/** The writes of a scope as they are folded, for one reader, who takes them at his own pace. */
export class WriteQueue implements WriteListener {
  /** Runs of which a write came that was not judged here. */
  readonly #unjudged = new Set<string>();
  readonly #live: Pick<LiveRuns, 'positionOf'>;
  readonly #options: WriteQueueOptions;
  readonly #isInScope: ReturnType<typeof scopeTest>;
  readonly #unlisten: () => void;
  #waiting: QueuedWrite[] = [];
  #bytes = 0;
  #state: 'idle' | 'listening' | 'behind' | 'closed' = 'idle';
  #wake: (() => void) | undefined;

  constructor(live: Pick<LiveRuns, 'positionOf' | 'onFolded'>, scope: FeedScope, options: WriteQueueOptions) {
    this.#live = live;
    this.#options = options;
    this.#isInScope = scopeTest(scope);
    this.#unlisten = live.onFolded(this);
  }

  get isBehind(): boolean {
    return this.#state === 'behind';
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#state === 'listening';
  }

  /** Begins to keep what is folded from here on, and says from which offsets. */
  listen(): Map<number, number> {
    this.#drop();
    if (this.#state !== 'closed') this.#state = 'listening';
    return new Map(this.#options.partitions.map((partition) => [partition, this.#live.positionOf(partition)]));
  }

  /** They are to be read, so that further writes are judged. */
  takeUnjudged(): string[] {
    const ids = [...this.#unjudged];
    this.#unjudged.clear();
    return ids;
  }

  async next(timeoutMs: number): Promise<Next> {
    if (this.#waiting.length === 0 && this.#state === 'listening') await this.#untilWoken(timeoutMs);
    if (this.#state === 'closed') return { is: 'closed' };
    if (this.#state === 'behind') return { is: 'behind' };
    const write = this.#waiting.shift();
    if (write === undefined) return { is: 'quiet' };
    this.#bytes -= bytesOf(write.facts);
    return { is: 'write', write };
  }

  folded({ partition, offset, event, head, facts }: FoldedWrite & { readonly facts: readonly RunFact[] }): void {
    if (this.#state !== 'listening' || !this.#isInScope(event)) return;
    if (head === null) {
      // Also a write that does not count comes so: only who knows the run can tell.
      this.#unjudged.add(event.id);
      return this.#fallBehind();
    }
    this.#bytes += bytesOf(facts);
    this.#waiting.push({ id: event.id, partition, offset, facts, voids: event.voids });
    if (this.#bytes > this.#options.maxBytes) return this.#fallBehind();
    this.#wake?.();
  }

  skipped(partition: number): void {
    if (this.#state === 'listening' && this.#options.partitions.includes(partition)) this.#fallBehind();
  }

  close(): void {
    this.#unlisten();
    this.#drop();
    this.#state = 'closed';
    this.#wake?.();
  }

  #fallBehind(): void {
    this.#drop();
    this.#state = 'behind';
    this.#wake?.();
  }

  #drop(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  async #untilWoken(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, timeoutMs);
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

function bytesOf(facts: readonly RunFact[]): number {
  return facts.reduce((sum, { key, text }) => sum + bytesOfFact + 2 * (key.length + text.length), bytesOfFact);
}
