import {
  hashRecord,
  type AssignedPartition,
  type AvroReader,
  type EventBus,
  type HandleResult,
  type PartitionBatch,
  type PartitionHandler,
  type PartitionId,
  type Poison,
  type StartPosition,
} from '@millrace/events';
import { originOf, type Applied, type EntityState } from '@millrace/feature-engine';
import type { FencedStateStore } from '@millrace/online-store';
import type { RekeyedEvent } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import type { MaterializationMetrics } from '../flow/materialization-metrics.ts';
import type { ViewLog } from '../flow/source-blueprint.ts';
import { decodeApplied, encodeApplied } from '../publish/rekeyed-events.publisher.ts';
import { OwnedPartition } from '../store/owned-partition.ts';
import { stateKey } from '../store/view-states.ts';

export interface ViewLogParts {
  readonly bus: EventBus;
  readonly store: FencedStateStore;
  readonly reader: AvroReader<RekeyedEvent>;
  readonly metrics: MaterializationMetrics;
  readonly maxCachedStates: number;
}

interface Owned {
  readonly states: OwnedPartition;
  readonly partitionCount: number;
}

/** Keeps the states of a view that is keyed by another field than its source. */
export class ViewLogHandler implements PartitionHandler {
  readonly #parts: ViewLogParts;
  readonly #log: ViewLog;
  readonly #owned = new Map<number, Owned>();

  constructor(parts: ViewLogParts, log: ViewLog) {
    this.#parts = parts;
    this.#log = log;
  }

  async assigned({ topic, partition, committed, beginOffset }: AssignedPartition): Promise<StartPosition> {
    const { bus, store, maxCachedStates } = this.#parts;
    const log = { topic, generation: this.#log.generation, partition };
    const committedOffset = committed !== null && committed.nextOffset > 0 ? committed.nextOffset : undefined;
    const { owned: states, lost } = await OwnedPartition.claim(store, log, {
      committedOffset,
      maxCached: maxCachedStates,
    });
    if (lost) bus.log.warn('features.state-lost', { topic, partition, rebuildingFrom: beginOffset });
    const partitionCount = await bus.topics.partitions(topic);
    const watermarks = decodeApplied(states.fence?.extra ?? Buffer.alloc(0));
    if (!states.fence) {
      // Sources wait for a fence at the log's end before they send: a log that is empty now may have an end above 0.
      states.commit({ to: beginOffset, lastHash: '', partitions: partitionCount, extra: encodeApplied(watermarks) });
      await states.settle();
    }
    this.#owned.set(partition, { states, partitionCount });
    return { startAt: states.next, watermarks };
  }

  async revoked({ partition }: PartitionId): Promise<void> {
    const owned = this.#owned.get(partition);
    this.#owned.delete(partition);
    await owned?.states.settle().catch(() => undefined);
  }

  async idle({ partition }: PartitionId): Promise<void> {
    const owned = this.#owned.get(partition);
    owned?.states.lettersWritten();
    await owned?.states.settle();
    await owned?.states.verify();
  }

  async handle(batch: PartitionBatch): Promise<HandleResult> {
    const owned = this.#owned.get(batch.partition);
    if (!owned) throw new RangeError(`partition ${batch.partition} of ${batch.topic} is not owned`);
    owned.states.lettersWritten();
    await owned.states.settle();
    try {
      const poison = await this.#apply(owned, batch);
      // Sources wait for this before they send again after a restart, vectors read it: no waiting for the next batch.
      await owned.states.settle();
      return { poison };
    } catch (error) {
      owned.states.discard();
      throw error;
    }
  }

  async #apply(
    { states, partitionCount }: Owned,
    { records, nextOffset, watermarks }: PartitionBatch,
  ): Promise<Poison[]> {
    const log = this.#log;
    const decoded = await this.#parts.reader.decodeBatch(records);
    const poison: Poison[] = [];
    const events: { readonly event: RekeyedEvent; readonly position: number }[] = [];
    records.forEach((record, i) => {
      const result = decoded[i];
      if (!result) return;
      if (!result.ok) poison.push({ record, reason: result.reason, message: result.message });
      // What a crash or a zombie has sent twice counts once, where it came first.
      else if (watermarks.accept(result.value)) events.push({ event: result.value, position: record.offset });
    });
    await states.load(events.map(({ event }) => stateKey(log, event.entity)));
    let late = 0;
    for (const { event, position } of events) {
      const state = states.change(stateKey(log, event.entity));
      if (applyLogged(state, event, position) === 'too-late') late += 1;
    }
    this.#parts.metrics.late(log.view.source.name, late);
    const last = records.at(-1);
    crashPoint('features.before-view-commit');
    const end = {
      to: nextOffset,
      lastHash: last ? `${last.offset}:${hashRecord(last)}` : '',
      partitions: partitionCount,
      extra: encodeApplied(watermarks),
    };
    if (poison.length > 0) states.commitAfterLetters(end);
    else states.commit(end);
    return poison;
  }
}

function applyLogged(state: EntityState, event: RekeyedEvent, position: number): Applied {
  const { eventTimeMs: timeMs, sourcePartition: partition, sourceOffset, retracts } = event;
  if (retracts !== null) return state.retract({ timeMs, position, origin: originOf({ partition, offset: retracts }) });
  return state.apply({ timeMs, position, inputs: event, origin: originOf({ partition, offset: sourceOffset }) });
}
