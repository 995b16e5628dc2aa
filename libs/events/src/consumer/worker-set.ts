import { setTimeout as sleep } from 'node:timers/promises';
import type { EventsLog } from '../events-config.ts';
import type { PartitionStatus } from './consumer-options.ts';
import { asError } from './handle-carefully.ts';
import type { PartitionHandler, PartitionId } from './partition-handler.ts';
import type { PartitionWorker } from './partition-worker.ts';

/** The workers of the present assignment, and the ends of those before: calls for one partition never overlap. */
export class WorkerSet {
  readonly #handler: PartitionHandler;
  readonly #log: EventsLog;
  readonly #workers = new Map<string, PartitionWorker>();
  /** Resolves when the last call of the partition's earlier worker, `revoked` included, is over. */
  readonly #ends = new Map<string, Promise<void>>();

  constructor(handler: PartitionHandler, log: EventsLog) {
    this.#handler = handler;
    this.#log = log;
  }

  add(worker: PartitionWorker): void {
    this.#workers.set(keyOf(worker.place), worker);
  }

  get(place: PartitionId): PartitionWorker | undefined {
    return this.#workers.get(keyOf(place));
  }

  statuses(): PartitionStatus[] {
    return [...this.#workers.values()].map(({ status }) => status);
  }

  requestIdle(): void {
    for (const worker of this.#workers.values()) worker.requestIdle();
  }

  async whenFree(place: PartitionId): Promise<void> {
    await this.#ends.get(keyOf(place));
  }

  drain(drainMs: number): Promise<void> {
    return drained([...this.#workers.values()], drainMs);
  }

  drainSome(places: readonly PartitionId[], drainMs: number): Promise<void> {
    return drained(
      places.map((place) => this.get(place)).filter((worker) => worker !== undefined),
      drainMs,
    );
  }

  async revokeAll(): Promise<void> {
    await Promise.all([...this.#workers.values()].map(({ place }) => this.revoke(place)));
  }

  /** Lets go of a partition. Does not wait for a call that outlived its drain: `whenFree` does. */
  async revoke(place: PartitionId): Promise<void> {
    const key = keyOf(place);
    const worker = this.#workers.get(key);
    this.#workers.delete(key);
    worker?.abandon();
    const end = this.#end(place, [this.#ends.get(key) ?? Promise.resolve(), worker?.halt() ?? Promise.resolve()]);
    this.#ends.set(key, end);
    if (worker === undefined || worker.atRest) await end;
  }

  async #end({ topic, partition }: PartitionId, before: readonly Promise<void>[]): Promise<void> {
    await Promise.all(before);
    try {
      await this.#handler.revoked?.({ topic, partition });
    } catch (error) {
      this.#log.error('consumer.revoke-failed', { topic, partition, error: asError(error).message });
    }
  }
}

async function drained(workers: readonly PartitionWorker[], drainMs: number): Promise<void> {
  if (workers.length === 0) return;
  const deadline = new AbortController();
  const halts = Promise.all(workers.map((worker) => worker.halt()));
  await Promise.race([halts, sleep(drainMs, undefined, { signal: deadline.signal }).catch(() => undefined)]);
  deadline.abort();
}

function keyOf({ topic, partition }: PartitionId): string {
  return `${topic}|${partition}`;
}
