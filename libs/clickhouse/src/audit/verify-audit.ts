import { LogReader } from '@millrace/events';
import type { EventBus, Fence } from '@millrace/events';
import type { ClickHouse } from '../clickhouse.ts';
import { hashOfValue } from './audit-entry.ts';
import type { ChainedEntry } from './audit-entry.ts';
import { auditEntriesTable, entryOfRow } from './audit-table.ts';
import type { AuditRow } from './audit-table.ts';
import { verifyChain } from './verify-chain.ts';
import type { ChainBreak, ChainPosition, LoggedValue } from './verify-chain.ts';

/** A log that is audited, and by which consumer group; both without the configured prefix. */
export interface AuditedLog {
  readonly topic: string;
  readonly group: string;
}

/** Where a verification goes on. */
export interface VerifyCursor {
  readonly topic: string;
  readonly partition: number;
  readonly position: ChainPosition | null;
}

export interface VerifiedPartition {
  /** Name on the broker. */
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  readonly entries: number;
  /** Entries whose record has left the log: of these the chain alone was checked. */
  readonly chainOnly: number;
  /** Everything below this offset is in the trail. */
  readonly end: number;
  /** Records that are not in the trail yet. */
  readonly behind: number;
  /** Hash of the last entry: noted elsewhere, it proves later that nothing before it was changed. */
  readonly head: string;
  readonly broken: ChainBreak | null;
}

export interface VerifiedPage {
  readonly partitions: readonly VerifiedPartition[];
  readonly next: VerifyCursor | null;
}

/** Recomputes the chains from ClickHouse and compares them with the logs, in streams. */
export class VerifyAudit {
  readonly #bus: EventBus;
  readonly #clickhouse: ClickHouse;
  readonly #logs: readonly AuditedLog[];

  constructor(bus: EventBus, clickhouse: ClickHouse, logs: readonly AuditedLog[]) {
    this.#bus = bus;
    this.#clickhouse = clickhouse;
    this.#logs = logs;
  }

  /** Verifies up to `limit` entries behind the cursor; a partition ends at its first break. */
  async run(cursor: VerifyCursor | null, limit: number): Promise<VerifiedPage> {
    const partitions: VerifiedPartition[] = [];
    let left = limit;
    const start = cursor === null ? 0 : this.#logs.findIndex(({ topic }) => topic === cursor.topic);
    const present = new Set(await this.#bus.topics.list());
    for (const log of start < 0 ? [] : this.#logs.slice(start)) {
      if (!present.has(this.#bus.topics.name(log.topic))) continue;
      const resumed = cursor?.topic === log.topic ? cursor : null;
      for (const place of await this.#partitionsOf(log)) {
        if (place.partition < (resumed?.partition ?? 0)) continue;
        const from = resumed?.partition === place.partition ? resumed.position : null;
        if (left <= 0) return { partitions, next: { topic: log.topic, partition: place.partition, position: from } };
        const { verified, position, complete } = await this.#verify(place, from, left);
        partitions.push(verified);
        left -= verified.entries;
        if (!complete) return { partitions, next: { topic: log.topic, partition: place.partition, position } };
      }
    }
    return { partitions, next: null };
  }

  async #partitionsOf({ topic, group }: AuditedLog): Promise<Place[]> {
    const { topics } = this.#bus;
    const name = topics.name(topic);
    const fences = await topics.committedFences(group, name);
    const [begins, ends] = await Promise.all([topics.beginOffsets(name), topics.endOffsets(name)]);
    return ends.map((logEnd, partition) => {
      const fence = fences[partition] ?? null;
      return { topic: name, partition, fence, logBegin: begins[partition] ?? 0, logEnd };
    });
  }

  async #verify(place: Place, from: ChainPosition | null, limit: number) {
    const { topic, partition, fence, logBegin, logEnd } = place;
    const end = fence?.nextOffset ?? logBegin;
    const generation = fence?.generation ?? 0;
    const { entries, chainOnly, position, complete, broken } = await verifyChain({
      from,
      entries: this.#entries({ topic, partition, generation, end, from, limit }),
      records: this.#records({ topic, partition, from: from?.offset ?? -1, logBegin, to: Math.min(end, logEnd) }),
      logBegin,
      end,
      head: fence?.note,
      limit,
    });
    const verified = {
      topic,
      partition,
      generation,
      entries,
      chainOnly,
      end,
      behind: Math.max(0, logEnd - end),
      head: position?.hash ?? '',
      broken,
    };
    return { verified, position, complete };
  }

  async *#entries(of: {
    readonly topic: string;
    readonly partition: number;
    readonly generation: number;
    readonly end: number;
    readonly from: ChainPosition | null;
    readonly limit: number;
  }): AsyncGenerator<ChainedEntry[], void, void> {
    const { from, ...scope } = of;
    // No FINAL: a row that was put beside another one must be seen, whatever a merge would make of both.
    const rows = this.#clickhouse.stream<AuditRow>(
      `SELECT ${auditEntriesTable.columnList} FROM ${this.#clickhouse.qualified(auditEntriesTable.name)}
       WHERE source_topic = {topic:String} AND generation = {generation:UInt32}
         AND source_partition = {partition:UInt32} AND source_offset < {end:UInt64}
         AND (toInt64(source_offset), toInt64(item)) > ({offset:Int64}, {item:Int64}) AND source_offset >= {first:UInt64}
       ORDER BY source_topic, generation, source_partition, source_offset, item`,
      { ...scope, offset: from?.offset ?? -1, item: from?.item ?? -1, first: Math.max(0, from?.offset ?? 0) },
    );
    for await (const page of rows) yield page.map(entryOfRow);
  }

  async *#records(of: {
    readonly topic: string;
    readonly partition: number;
    readonly from: number;
    readonly logBegin: number;
    readonly to: number;
  }): AsyncGenerator<LoggedValue, void, void> {
    const { topic, partition, to } = of;
    const startAt = Math.max(of.logBegin, of.from + 1);
    if (startAt >= to) return;
    const log = new LogReader(this.#bus, { topic, partition, startAt });
    try {
      while (log.position < to) {
        const { records } = await log.poll();
        for (const { offset, value } of records) if (offset < to) yield { offset, valueHash: hashOfValue(value) };
      }
    } finally {
      await log.close();
    }
  }
}

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly fence: Fence | null;
  readonly logBegin: number;
  readonly logEnd: number;
}
