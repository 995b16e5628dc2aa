import { TransientError, Watermarks } from '@millrace/events';
import type { AssignedPartition, Fence, HandleResult, PartitionBatch, SourceRecord } from '@millrace/events';
import type { Table } from '../table.ts';
import { ClickHouseSink } from './clickhouse-sink.ts';
import type { RowInserter } from './sink-partition.ts';
import type { MapBatch } from './sink-rows.ts';

export const PLACE = { topic: 'inference.predictions', partition: 3 } as const;

/** What the group coordinator keeps: the last commit, and which member may make the next. */
export class SimulatedGroup {
  committed: { readonly nextOffset: number; readonly intent?: number; readonly watermarks: string } | null = null;
  owner: SimulatedOwner | null = null;
  /** The next intents are recorded, but their answer is lost. */
  loseAnswers = 0;

  commit(from: SimulatedOwner, nextOffset: number, watermarks: Watermarks, intent?: number): void {
    if (this.owner !== from) throw new TransientError('kafka', 'the partition is not ours any more');
    const saved = JSON.stringify(watermarks.toJSON());
    this.committed = { nextOffset, watermarks: saved, ...(intent === undefined ? {} : { intent }) };
  }
}

/** A server with tables, a deduplication window without end, and failures on request. */
export class SimulatedServer {
  readonly rows = new Map<string, number[]>();
  readonly #tokens = new Set<string>();

  insert(table: Table<never>, bytes: Uint8Array, token: string): void {
    const key = `${table.name}|${token}`;
    if (this.#tokens.has(key)) return;
    this.#tokens.add(key);
    const rows = this.rows.get(table.name) ?? [];
    this.rows.set(table.name, rows);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += 4) rows.push(view.getUint32(at, true));
  }
}

export type InsertFate = 'fails-before' | 'fails-after' | 'stalls';

interface Boundary {
  readonly nextOffset: number;
  readonly watermarks: Watermarks;
}

/** One member of the group with a sink of its own; steps of one owner never overlap, as the consumer guarantees. */
export class SimulatedOwner implements RowInserter {
  readonly fates: InsertFate[] = [];
  readonly poisoned: number[] = [];
  busy = false;
  #release: (() => void) | null = null;
  #cutAt: number | null = null;
  #position = 0;
  #current = Watermarks.empty();
  #durable: Boundary = { nextOffset: 0, watermarks: Watermarks.empty() };
  #held: Boundary[] = [];
  readonly #group: SimulatedGroup;
  readonly #server: SimulatedServer;
  readonly #log: readonly SourceRecord[];
  readonly #sink: ClickHouseSink;

  constructor(group: SimulatedGroup, server: SimulatedServer, log: readonly SourceRecord[], map: MapBatch) {
    this.#group = group;
    this.#server = server;
    this.#log = log;
    this.#sink = new ClickHouseSink({
      inserter: this,
      group: 'history',
      map,
      maxRows: 8,
      maxWaitMs: 0,
      maxInsertsPerSecond: Number.POSITIVE_INFINITY,
      nowMs: () => 0,
    });
  }

  get applied(): number {
    return this.#durable.nextOffset;
  }

  async takeOver(): Promise<void> {
    this.#group.owner = this;
    const { committed } = this.#group;
    const watermarks = Watermarks.fromJSON(JSON.parse(committed?.watermarks ?? '[]') as []);
    this.#durable = { nextOffset: committed?.nextOffset ?? 0, watermarks };
    this.#position = this.#durable.nextOffset;
    this.#current = watermarks.fork();
    this.#held = [];
    const fence: Fence | null = committed && {
      nextOffset: committed.nextOffset,
      generation: 1,
      partitions: 16,
      lastHash: '',
      watermarks,
      ...(committed.intent === undefined ? {} : { intent: committed.intent }),
    };
    const assigned: AssignedPartition = {
      ...PLACE,
      generation: 1,
      committed: fence,
      beginOffset: 0,
      endOffset: this.#log.length,
      requestIdle: () => undefined,
      commitIntent: async (intent) => {
        await Promise.resolve();
        this.#group.commit(this, this.#durable.nextOffset, this.#durable.watermarks, intent);
        if (this.#group.loseAnswers > 0) {
          this.#group.loseAnswers -= 1;
          throw new TransientError('kafka', 'the answer was lost');
        }
      },
    };
    const start = await this.#sink.assigned(assigned);
    this.#cutAt = start?.cutAt ?? null;
  }

  async read(count: number): Promise<void> {
    const end = this.#cutAt !== null && this.#position < this.#cutAt ? this.#cutAt : Number.POSITIVE_INFINITY;
    const records = this.#log.filter(({ offset }) => offset >= this.#position && offset < end).slice(0, count);
    const last = records.at(-1);
    if (last === undefined) return;
    const watermarks = this.#current.fork();
    const batch: PartitionBatch = {
      ...PLACE,
      generation: 1,
      records,
      nextOffset: last.offset + 1,
      highWatermark: this.#log.length,
      watermarks,
      note: { text: undefined },
      signal: new AbortController().signal,
      draining: new AbortController().signal,
    };
    await this.#step(async () => {
      const result = await this.#sink.handle(batch);
      for (const { record } of result.poison ?? []) this.poisoned.push(record.offset);
      this.#position = batch.nextOffset;
      this.#current = watermarks;
      this.#held.push({ nextOffset: batch.nextOffset, watermarks });
      this.#settle(result);
    });
  }

  async idle(): Promise<void> {
    await this.#step(async () => this.#settle(await this.#sink.idle(PLACE)));
  }

  commit(): void {
    if (this.#group.owner !== this) return;
    const intent = this.#group.committed?.intent;
    const kept = intent !== undefined && intent > this.#durable.nextOffset ? intent : undefined;
    this.#group.commit(this, this.#durable.nextOffset, this.#durable.watermarks, kept);
  }

  async insertBytes(table: Table<never>, bytes: Uint8Array, token: string): Promise<void> {
    const fate = this.fates.shift();
    if (fate === 'fails-before') throw new TransientError('clickhouse', 'connection refused');
    if (fate === 'stalls') await new Promise<void>((resolve) => (this.#release = resolve));
    this.#server.insert(table, bytes, token);
    if (fate === 'fails-after') throw new TransientError('clickhouse', 'connection reset');
  }

  /** Lets a stalled insert arrive: a process that was stopped for a while goes on. */
  wake(): void {
    this.#release?.();
    this.#release = null;
  }

  /** Runs until it ends or stalls; an outage leaves everything as it was and the step may come again. */
  async #step(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const ended = work()
      .catch((error: unknown) => {
        if (!(error instanceof TransientError)) throw error;
      })
      .finally(() => (this.busy = false));
    await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]);
  }

  #settle({ hold = false, durableUpTo }: HandleResult): void {
    const upTo = hold ? (durableUpTo ?? -1) : this.#position;
    while (this.#held[0] !== undefined && this.#held[0].nextOffset <= upTo) {
      this.#durable = this.#held.shift() ?? this.#durable;
    }
  }
}
