import type { AssignedPartition, HandleResult, PartitionBatch, Poison } from '@millrace/events';
import { ValueError } from '../row-binary/value-encoder.ts';
import type { Table } from '../table.ts';
import { RangeBuffer } from './range-buffer.ts';
import type { MapBatch } from './sink-rows.ts';

/** What the sink needs of ClickHouse: an insert that a repeated token leaves without effect. */
export interface RowInserter {
  insertBytes(table: Table<never>, rows: Uint8Array, token: string): Promise<void>;
}

/** Steps of a flush at which a crash leaves something different behind; tests die at them. */
export type FlushStage = 'before-intent' | 'after-intent' | 'after-insert';

export interface FlushedRange {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly rows: number;
  readonly bytes: number;
  readonly inserts: number;
}

/**
 * One partition's way into ClickHouse. Rows are held until a flush; a flush first commits which range it is about to
 * write, then inserts with a token made of that range, then the range counts as applied. After a crash the next owner
 * finds the intended range in the group's commit, reads exactly it again and inserts under the same token.
 */
export class SinkPartition {
  readonly #assigned: AssignedPartition;
  readonly #group: string;
  readonly #map: MapBatch;
  readonly #buffer = new RangeBuffer();
  /** End of the records that are mapped into the buffer. */
  #bufferedTo: number;
  #appliedTo: number;
  /** End of the range that was intended: nothing else may be written before it is applied. */
  #intent: number | null;

  constructor(assigned: AssignedPartition, group: string, map: MapBatch) {
    this.#assigned = assigned;
    this.#group = group;
    this.#map = map;
    this.#appliedTo = assigned.committed?.nextOffset ?? assigned.beginOffset;
    this.#bufferedTo = this.#appliedTo;
    const intent = assigned.committed?.intent;
    this.#intent = intent !== undefined && intent > this.#appliedTo ? intent : null;
  }

  /** End of an inherited range: a batch must not reach over it. */
  get cutAt(): number | null {
    return this.#intent;
  }

  get appliedTo(): number {
    return this.#appliedTo;
  }

  get bufferedTo(): number {
    return this.#bufferedTo;
  }

  get rows(): number {
    return this.#buffer.rows;
  }

  get bytes(): number {
    return this.#buffer.bytes;
  }

  get heldSinceMs(): number | null {
    return this.#buffer.heldSinceMs;
  }

  /** An intended range that is complete in memory: it must be written before anything is added. */
  get mustFlush(): boolean {
    return this.#intent !== null && this.#bufferedTo >= this.#intent;
  }

  get canFlush(): boolean {
    return this.#buffer.rows > 0 && (this.#intent === null || this.#bufferedTo >= this.#intent);
  }

  requestIdle(): void {
    this.#assigned.requestIdle();
  }

  /** Maps a batch into the buffer. Returns what cannot be stored and how many records were stored before. */
  async add(batch: PartitionBatch, nowMs: number): Promise<{ poison: Poison[]; repeated: number }> {
    const mapped = await this.#map(batch);
    const poison: Poison[] = [];
    let repeated = 0;
    const before = this.#buffer.mark();
    try {
      batch.records.forEach((record, i) => {
        const stored = mapped[i];
        if (stored === null || stored === undefined) return;
        if ('poison' in stored) {
          poison.push({ record, reason: stored.poison, message: stored.message });
          return;
        }
        if (stored.identity !== null && !batch.watermarks.accept(stored.identity)) {
          repeated += 1;
          return;
        }
        try {
          this.#buffer.add(record.offset, stored.rows, nowMs);
        } catch (error) {
          if (!(error instanceof ValueError)) throw error;
          poison.push({ record, reason: 'row-not-storable', message: error.message });
        }
      });
    } catch (error) {
      before.restore();
      throw error;
    }
    this.#bufferedTo = batch.nextOffset;
    return { poison, repeated };
  }

  /** What may be committed now. Without held rows everything read is as good as applied. */
  result(poison: readonly Poison[] = []): HandleResult {
    if (this.#buffer.rows === 0 && (this.#intent === null || this.#bufferedTo >= this.#intent)) {
      this.#appliedTo = this.#bufferedTo;
      this.#intent = null;
      return { poison };
    }
    return { poison, hold: true, durableUpTo: this.#appliedTo };
  }

  /** Intent, inserts, applied. A failure leaves the range as it is: the next call sends the same bytes again. */
  async flush(inserter: RowInserter, reached: (stage: FlushStage) => void): Promise<FlushedRange> {
    const to = this.#intent ?? this.#bufferedTo;
    if (this.#intent === null) {
      reached('before-intent');
      await this.#assigned.commitIntent(to);
      this.#intent = to;
    }
    reached('after-intent');
    const filled = this.#buffer.filled();
    const bytes = this.#buffer.bytes;
    const shapes = new Map<string, number>();
    for (const { table, bytes: rows } of filled) {
      const shape = (shapes.get(table.name) ?? 0) + 1;
      shapes.set(table.name, shape);
      // A table that was redefined meanwhile is inserted once a shape, each under a token of its own.
      await inserter.insertBytes(table, rows, shape === 1 ? this.#token(to) : `${this.#token(to)}|${shape}`);
    }
    reached('after-insert');
    const rows = this.#buffer.rows;
    this.#buffer.clear();
    this.#intent = null;
    this.#appliedTo = this.#bufferedTo;
    const { topic, partition } = this.#assigned;
    return { topic, partition, nextOffset: this.#appliedTo, rows, bytes, inserts: filled.length };
  }

  /**
   * The same for the same range of the same log, whoever writes it. It begins at the first record that has a row: where the
   * range itself begins depends on how the owner came to it, when the log has holes there.
   */
  #token(to: number): string {
    const { topic, generation, partition } = this.#assigned;
    return `${this.#group}|${topic}|${generation}|${partition}|${this.#buffer.firstOffset}-${to}`;
  }
}
