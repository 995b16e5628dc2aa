import { setTimeout as sleep } from 'node:timers/promises';
import {
  eventId,
  partitioners,
  TransientError,
  Watermarks,
  type AvroWriter,
  type EventBus,
  type OutgoingRecord,
  type SourceRecord,
} from '@millrace/events';
import { originOf, retractionLane } from '@millrace/feature-engine';
import type { FencedStateStore } from '@millrace/online-store';
import type { RekeyedEvent } from '@millrace/schemas';
import type { OwnPosition } from '../flow/build-vectors.ts';
import { decodeFenceNote, encodeFenceNote } from '../flow/fence-note.ts';
import { PendingEvents, type PendingEvent } from '../flow/pending-events.ts';
import type { Candidate } from '../flow/read-candidates.ts';
import type { ViewLog } from '../flow/source-blueprint.ts';

export interface SourcePlace {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
}

/** By event and rekeyed view; undefined where the event has nothing for the view. */
type Positions = readonly (readonly (OwnPosition | undefined)[])[];

export interface SentPositions {
  readonly own: Positions;
  /** Of what takes back the versions that events end. */
  readonly ends: Positions;
}

/** What one record of a view's log says. */
interface Said {
  readonly as: keyof SentPositions;
  readonly lane: string;
  readonly entity: string;
  readonly event: Omit<PendingEvent, 'position'>;
  readonly sourceEventId: string | null;
  readonly retracts: number | null;
}

interface LogRecord extends Pick<Said, 'as' | 'lane' | 'entity' | 'event'> {
  readonly stateTopic: string;
  readonly record: OutgoingRecord & { readonly partition: number };
}

interface Sent extends LogRecord {
  readonly told: (position: number) => void;
}

const longestWaitMs = 30_000;
const pruneAbove = 20_000;

/** What the owner of a rekeyed log keeps beside its fence: which source events it has applied. */
export function encodeApplied(watermarks: Watermarks): Buffer {
  return encodeFenceNote({ watermarks: watermarks.toJSON() });
}

export function decodeApplied(extra: Buffer): Watermarks {
  const { watermarks } = decodeFenceNote(extra);
  return watermarks === undefined ? Watermarks.empty() : Watermarks.fromJSON(watermarks);
}

/** Sends the events of one source partition to the logs of the views that are keyed otherwise, each once. */
export class RekeyedEventsPublisher {
  readonly #bus: EventBus;
  readonly #store: FencedStateStore;
  readonly #writer: AvroWriter<RekeyedEvent>;
  readonly #place: SourcePlace;
  readonly pending = new PendingEvents();
  /** By view and partition of its log: what its owner had applied when this partition was taken over. */
  #applied: ReadonlyMap<string, readonly Watermarks[]> | undefined;

  constructor(parts: { bus: EventBus; store: FencedStateStore; writer: AvroWriter<RekeyedEvent>; place: SourcePlace }) {
    this.#bus = parts.bus;
    this.#store = parts.store;
    this.#writer = parts.writer;
    this.#place = parts.place;
  }

  /**
   * What was sent may or may not have arrived: before more is sent, the owners of the logs must have applied all that is
   * there, so that each event can be told from one that is in its log already.
   */
  forget(): void {
    this.#applied = undefined;
    this.pending.clear();
  }

  /** Learns what is in the logs. States must be read afterwards: they hold all of it, and what is not pending any more. */
  async begin(views: readonly ViewLog[]): Promise<void> {
    if (views.length > 0) this.#applied ??= await this.#whatIsThere(views);
    if (this.pending.size > pruneAbove) await this.#prune(views);
  }

  /** Whether the event of this entity lies in the view's log since before this partition was taken over. */
  wasSent({ rekeyedTopic, ...log }: ViewLog, entity: string, sourceOffset: number): boolean {
    if (!rekeyedTopic) return false;
    return this.#isThere(log, partitioners.murmur2(Buffer.from(entity), rekeyedTopic.partitions), sourceOffset);
  }

  /** After `begin`. What an event takes back goes before it. */
  async publish(views: readonly ViewLog[], events: readonly Candidate[]): Promise<SentPositions> {
    const none = (): (OwnPosition | undefined)[][] => events.map(() => views.map(() => undefined));
    const positions = { own: none(), ends: none() };
    const sent: Sent[] = [];
    events.forEach((candidate, event) => {
      views.forEach((log, view) => {
        for (const to of [this.#retraction(log, candidate), this.#event(log, candidate, view)]) {
          const row = to && positions[to.as][event];
          if (!to || !row) continue;
          if (this.#isThere(to, to.record.partition, candidate.record.offset)) row[view] = null;
          else sent.push({ ...to, told: (position) => (row[view] = position) });
        }
      });
    });
    if (sent.length === 0) return positions;
    const offsets = await this.#bus.producer().send(sent.map(({ record }) => record));
    offsets.forEach((position, i) => {
      const { stateTopic = '', entity = '', event, told } = sent[i] ?? {};
      if (!event) return;
      told?.(position);
      this.pending.add(stateTopic, entity, { ...event, position });
    });
    return positions;
  }

  #isThere({ lane, stateTopic }: Pick<ViewLog, 'lane' | 'stateTopic'>, partition: number, offset: number): boolean {
    const { topic, generation, partition: sourcePartition } = this.#place;
    const applied = this.#applied?.get(stateTopic)?.[partition];
    return offset <= (applied?.get({ lane, sourceTopic: topic, generation, sourcePartition }) ?? -1);
  }

  #event(log: ViewLog, { record, event, rekeyed }: Candidate, view: number): LogRecord | undefined {
    const own = rekeyed[view];
    if (!own) return undefined;
    const { entity, inputs } = own;
    return this.#record(log, record, {
      as: 'own',
      lane: log.lane,
      entity,
      event: { timeMs: event.eventTimeMs, origin: originOf(record), inputs },
      sourceEventId: event.id,
      retracts: null,
    });
  }

  #retraction(log: ViewLog, { record, event, ended }: Candidate): LogRecord | undefined {
    const entity = ended?.entities[log.view.id];
    if (!ended || entity === undefined) return undefined;
    const origin = originOf({ partition: record.partition, offset: ended.offset });
    return this.#record(log, record, {
      as: 'ends',
      lane: retractionLane(log.lane),
      entity,
      event: { timeMs: ended.timeMs, origin, inputs: null },
      sourceEventId: event.id,
      retracts: ended.offset,
    });
  }

  #record(
    { rekeyedTopic, stateTopic }: ViewLog,
    { topic: sourceTopic, partition: sourcePartition, offset: sourceOffset, timestampMs }: SourceRecord,
    said: Said,
  ): LogRecord | undefined {
    if (!rekeyedTopic) return undefined;
    const { as, lane, entity, event, sourceEventId, retracts } = said;
    const { timeMs: eventTimeMs, inputs } = event;
    const key = Buffer.from(entity);
    const identity = { lane, sourceTopic, generation: this.#place.generation, sourcePartition, sourceOffset };
    const value = this.#writer.encode({
      eventId: eventId(identity),
      ...identity,
      sourceEventId,
      entity,
      eventTimeMs,
      sourceTimestampMs: timestampMs,
      numbers: [...((inputs?.numbers ?? []) as number[])],
      strings: inputs?.strings ?? [],
      retracts,
      availableAtMs: inputs?.availableAtMs ?? null,
    });
    const topic = this.#bus.topics.name(rekeyedTopic.name);
    const partition = partitioners.murmur2(key, rekeyedTopic.partitions);
    return { as, lane, stateTopic, entity, event, record: { topic, partition, key, value } };
  }

  async #whatIsThere(views: readonly ViewLog[]): Promise<ReadonlyMap<string, readonly Watermarks[]>> {
    const applied = new Map<string, readonly Watermarks[]>();
    for (const { rekeyedTopic, stateTopic } of views) {
      if (!rekeyedTopic) continue;
      const ends = await this.#bus.topics.endOffsets(this.#bus.topics.name(rekeyedTopic.name));
      const logs = ends.map((_, partition) => ({ topic: this.#bus.topics.name(stateTopic), generation: 0, partition }));
      applied.set(stateTopic, await this.#appliedUpTo(ends, logs));
    }
    return applied;
  }

  async #appliedUpTo(
    ends: readonly number[],
    logs: readonly { topic: string; generation: number; partition: number }[],
  ): Promise<Watermarks[]> {
    for (let waitedMs = 0; ; waitedMs += 20) {
      const fences = await this.#store.fences(logs);
      if (fences.every((fence, i) => (fence?.nextOffset ?? 0) >= (ends[i] ?? 0))) {
        return fences.map((fence) => decodeApplied(fence?.extra ?? Buffer.alloc(0)));
      }
      if (waitedMs >= longestWaitMs) {
        throw new TransientError('features', `the owners of "${logs[0]?.topic}" have not applied what is in it`);
      }
      await sleep(20);
    }
  }

  /** Entities that do not come again would be kept for ever. */
  async #prune(views: readonly ViewLog[]): Promise<void> {
    const next = new Map<string, readonly number[]>();
    for (const { rekeyedTopic, stateTopic } of views) {
      if (!rekeyedTopic) continue;
      const logs = Array.from({ length: rekeyedTopic.partitions }, (_, partition) => ({
        topic: this.#bus.topics.name(stateTopic),
        generation: 0,
        partition,
      }));
      next.set(
        stateTopic,
        (await this.#store.fences(logs)).map((fence) => fence?.nextOffset ?? 0),
      );
    }
    this.pending.prune((stateTopic, entity) => {
      const fences = next.get(stateTopic) ?? [];
      return fences.length === 0 ? 0 : (fences[partitioners.murmur2(Buffer.from(entity), fences.length)] ?? 0);
    });
  }
}
