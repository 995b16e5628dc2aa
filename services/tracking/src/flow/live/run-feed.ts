import { CodedError } from '@millrace/service-kit';
import { headOfHistory } from '../runs/head-of-history.ts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { RunFact } from '../runs/run-facts.ts';
import { purgedStage, type RunHead } from '../runs/run-head.ts';
import type { FeedScope } from './feed-scope.ts';
import { encodePosition, notAPosition, type LogPosition } from './log-position.ts';
import { storedWrites, type FactsHistory, type RunWriteHistory } from './stored-writes.ts';
import { WriteQueue, type QueuedWrite } from './write-queue.ts';

export type FeedEvent<State> =
  /** A run as it stands. Only the last of the first states has a position: who has lost one of them begins anew. */
  | { readonly is: 'state'; readonly state: State; readonly position?: LogPosition }
  | { readonly is: 'write'; readonly facts: readonly RunFact[]; readonly position: LogPosition }
  /** Nothing happened; so far was everything shown. */
  | { readonly is: 'quiet'; readonly position: LogPosition }
  /** All of the runs have come to their end, and nothing more is sent. */
  | { readonly is: 'ended'; readonly position: LogPosition };

export interface RunFeedParts<State> {
  readonly live: Pick<LiveRuns, 'get' | 'held' | 'readUp' | 'onFolded' | 'partitionOf' | 'positionOf' | 'partitions'>;
  readonly history: FactsHistory;
  readonly writes: RunWriteHistory;
  /** What is shown of a run, made at once: it changes with the next write. */
  readonly stateOf: (head: RunHead) => State;
}

export interface RunFeedOptions {
  readonly heartbeatMs: number;
  readonly maxQueueBytes: number;
}

/** Writes that were shown and may still be named void, because their experiment was deleted in the same moment. */
const rememberedWrites = 1000;
const endStatuses = ['FINISHED', 'FAILED', 'KILLED', purgedStage];

/** One subscription: the state, or what came behind a position, and then each write as it takes its place in the log. */
export class RunFeed<State> {
  readonly #parts: RunFeedParts<State>;
  readonly #scope: FeedScope;
  readonly #options: RunFeedOptions;
  readonly #partitions: readonly number[];
  readonly #queue: WriteQueue;
  readonly #statuses = new Map<string, string>();
  readonly #shown = new Set<string>();
  #position = new Map<number, number>();
  /** Whether the log holds what this position lacks and the queue does not have. */
  #isBehind = false;

  constructor(parts: RunFeedParts<State>, scope: FeedScope, options: RunFeedOptions) {
    this.#parts = parts;
    this.#scope = scope;
    this.#options = options;
    const all = Array.from({ length: parts.live.partitions }, (_, index) => index);
    this.#partitions =
      scope.of === 'experiment' ? all : [...new Set(scope.ids.map((id) => parts.live.partitionOf(id)))];
    this.#queue = new WriteQueue(parts.live, scope, {
      partitions: this.#partitions,
      maxBytes: options.maxQueueBytes,
    });
  }

  get partitions(): readonly number[] {
    return this.#partitions;
  }

  /** Ends the subscription, also while it waits. */
  close(): void {
    this.#queue.close();
  }

  /** `states` are the runs that are shown as they stand when there is no position to go on from. */
  async *events(
    after: LogPosition | undefined,
    states: readonly string[],
  ): AsyncGenerator<FeedEvent<State>, void, void> {
    try {
      const [unknown] = await this.#meet(this.#scope.of === 'runs' ? this.#scope.ids : states);
      if (unknown !== undefined && this.#scope.of === 'runs') throw runNotFound(unknown);
      if (after === undefined) yield* this.#states(states);
      else await this.#goOn(after);
      for (;;) {
        yield* this.#caughtUp();
        if (this.#hasEnded) return yield { is: 'ended', position: this.#here() };
        const next = await this.#queue.next(this.#options.heartbeatMs);
        if (next.is === 'closed') return;
        if (next.is === 'write') yield* this.#show(next.write);
        if (next.is === 'quiet') {
          for (const [partition, end] of this.#ends()) this.#position.set(partition, end);
          yield { is: 'quiet', position: this.#here() };
        }
      }
    } finally {
      this.close();
    }
  }

  /** Has the runs judged here from now on. Gives those that do not exist. */
  async #meet(ids: Iterable<string>): Promise<string[]> {
    const unknown: string[] = [];
    for (const id of ids) {
      const head = await this.#parts.live.get('run', id);
      if (head === null) unknown.push(id);
      else this.#statuses.set(id, statusOf(head));
    }
    return unknown;
  }

  async *#states(ids: readonly string[]): AsyncGenerator<FeedEvent<State>, void, void> {
    const { live, history, stateOf } = this.#parts;
    // In one turn of the event loop: what is listened to from here on is what the states lack.
    this.#position = this.#queue.listen();
    const states = ids.map((id) => {
      const head = live.held('run', id);
      return head === undefined ? { id } : { id, state: stateOf(head) };
    });
    for (const [index, known] of states.entries()) {
      const isLast = index === states.length - 1;
      let { state } = known;
      if (state === undefined) {
        // Memory is too small for all of them: as the store has it at the same position.
        const partition = live.partitionOf(known.id);
        const before = this.#position.get(partition) ?? 0;
        await history.untilStored([{ partition, nextOffset: before }]);
        state = stateOf(await headOfHistory(history, { subject: 'run', id: known.id, before }));
      }
      yield { is: 'state', state, ...(isLast && { position: this.#here() }) };
    }
  }

  async #goOn(after: LogPosition): Promise<void> {
    // The position may come from an instance that is ahead of this one.
    await this.#parts.live.readUp();
    this.#position = new Map(this.#partitions.map((partition) => [partition, after.get(partition) ?? 0]));
    const ends = this.#queue.listen();
    for (const [partition, next] of this.#position) {
      if (next > (ends.get(partition) ?? 0)) throw notAPosition(encodePosition(after), 'the log ends before it');
    }
    if ([...ends].some(([partition, end]) => end > (this.#position.get(partition) ?? 0))) this.#isBehind = true;
  }

  /** Shows from the store what the queue has not. */
  async *#caughtUp(): AsyncGenerator<FeedEvent<State>, void, void> {
    const { history, writes } = this.#parts;
    while (this.#isBehind || this.#queue.isBehind) {
      await this.#meet(this.#queue.takeUnjudged());
      const ends = this.#queue.listen();
      this.#isBehind = false;
      for (const [partition, before] of ends) {
        const from = this.#position.get(partition) ?? 0;
        const range = { partition, from, before };
        for await (const write of storedWrites({ writes, facts: history }, this.#scope, range))
          yield* this.#show(write);
        this.#position.set(partition, before);
      }
    }
  }

  async *#show({ id, partition, offset, facts, voids }: QueuedWrite): AsyncGenerator<FeedEvent<State>, void, void> {
    this.#position.set(partition, offset + 1);
    if (voids.length > 0) {
      if (voids.some((at) => this.#shown.has(`${partition}/${at}`))) yield* this.#takenBack(id);
      return;
    }
    for (const { kind, key, text } of facts) {
      if (kind !== 'attribute') continue;
      if (key === 'status') this.#statuses.set(id, text);
      if (key === 'lifecycle_stage' && text === purgedStage) this.#statuses.set(id, purgedStage);
    }
    this.#remember(`${partition}/${offset}`);
    yield { is: 'write', facts, position: this.#here() };
  }

  /** A write that was shown does not count after all: the run is shown anew, without it. */
  async *#takenBack(id: string): AsyncGenerator<FeedEvent<State>, void, void> {
    const head = await this.#parts.live.get('run', id);
    if (head !== null) yield { is: 'state', state: this.#parts.stateOf(head) };
  }

  #remember(shown: string): void {
    this.#shown.add(shown);
    const [oldest] = this.#shown;
    if (oldest !== undefined && this.#shown.size > rememberedWrites) this.#shown.delete(oldest);
  }

  /** Where the log is read up to, while nothing of it waits. */
  #ends(): [number, number][] {
    if (!this.#queue.isEmpty) return [];
    return this.#partitions.map((partition) => [partition, this.#parts.live.positionOf(partition)]);
  }

  get #hasEnded(): boolean {
    if (this.#scope.of === 'experiment' || !this.#queue.isEmpty) return false;
    return this.#scope.ids.every((id) => endStatuses.includes(this.#statuses.get(id) ?? ''));
  }

  #here(): LogPosition {
    return new Map(this.#position);
  }
}

function statusOf(head: RunHead): string {
  return head.attribute('status') ?? 'RUNNING';
}

function runNotFound(id: string): CodedError {
  return new CodedError('TRACKING_RUN_NOT_FOUND', `there is no run ${JSON.stringify(id)}`);
}
