import {
  hashRecord,
  partitioners,
  type AssignedPartition,
  type AvroReader,
  type AvroWriter,
  type EventBus,
  type HandleResult,
  type IdlePartition,
  type PartitionBatch,
  type PartitionHandler,
  type PartitionId,
  type Poison,
  type SourceRecord,
  type StartPosition,
} from '@millrace/events';
import { EventLedger, type Row } from '@millrace/feature-engine';
import type { FencedStateStore } from '@millrace/online-store';
import type { RekeyedEvent } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import { Activations } from '../flow/activations.ts';
import { BorrowedStates } from '../flow/borrowed-states.ts';
import { buildVectors } from '../flow/build-vectors.ts';
import { buryOnce } from '../flow/bury-once.ts';
import { EventTimeAlignment } from '../flow/event-time-alignment.ts';
import { judgeCandidates, ledgerKey } from '../flow/judge-candidates.ts';
import { readCandidates, type Candidate, type Place } from '../flow/read-candidates.ts';
import { KeptRow, rowKey, withEnded } from '../flow/row-versions.ts';
import type { SourceBlueprint } from '../flow/source-blueprint.ts';
import type { CheckParity } from '../flow/check-parity.ts';
import type { MaterializationMetrics } from '../flow/materialization-metrics.ts';
import type { FeatureVectorsPublisher } from '../publish/feature-vectors.publisher.ts';
import { RekeyedEventsPublisher } from '../publish/rekeyed-events.publisher.ts';
import { OwnedPartition, type BatchEnd, type StateKey } from '../store/owned-partition.ts';
import { stateKey, type ViewStates } from '../store/view-states.ts';

export interface SourceLogParts {
  readonly bus: EventBus;
  readonly store: FencedStateStore;
  readonly viewStates: ViewStates;
  readonly rows: AvroReader<Row>;
  readonly rekeyedWriter: AvroWriter<RekeyedEvent>;
  readonly vectors: FeatureVectorsPublisher;
  readonly metrics: MaterializationMetrics;
  readonly parity: CheckParity;
  readonly maxCachedStates: number;
  readonly maxRecordBytes: number;
  readonly now: () => number;
}

interface Owned {
  readonly states: OwnedPartition;
  readonly rekeyed: RekeyedEventsPublisher;
  readonly activations: Activations;
  readonly partitionCount: number;
  blueprint: SourceBlueprint;
}

/** Turns the events of one source into state and vectors: the owner of a partition, batch by batch. */
export class SourceLogHandler implements PartitionHandler {
  readonly #parts: SourceLogParts;
  readonly #owned = new Map<number, Owned>();
  readonly #alignment = new EventTimeAlignment();
  #blueprint: SourceBlueprint;

  constructor(parts: SourceLogParts, blueprint: SourceBlueprint) {
    this.#parts = parts;
    this.#blueprint = blueprint;
  }

  /** Definitions that need no build of their own take effect with the next batch of each partition. */
  use(blueprint: SourceBlueprint): void {
    this.#blueprint = blueprint;
  }

  async assigned({
    topic,
    partition,
    generation,
    committed,
    beginOffset,
    endOffset,
  }: AssignedPartition): Promise<StartPosition> {
    const { bus, store, rekeyedWriter, maxCachedStates } = this.#parts;
    const log = { topic: this.#blueprint.stateTopic, generation, partition };
    const committedOffset = committed !== null && committed.nextOffset > 0 ? committed.nextOffset : undefined;
    const { owned: states, lost } = await OwnedPartition.claim(store, log, {
      committedOffset,
      maxCached: maxCachedStates,
    });
    if (lost) bus.log.warn('features.state-lost', { topic, partition, rebuildingFrom: beginOffset });
    const next = states.fence?.nextOffset ?? null;
    const owned: Owned = {
      states,
      activations: Activations.decode(states.fence?.extra ?? Buffer.alloc(0)),
      blueprint: this.#blueprint,
      partitionCount: await bus.topics.partitions(topic),
      rekeyed: new RekeyedEventsPublisher({
        bus,
        store,
        writer: rekeyedWriter,
        place: { topic, partition, generation },
      }),
    };
    const lostAt = lost ? Math.min(committedOffset ?? 0, endOffset) : null;
    const isNew = owned.activations.begin(this.#blueprint, { next, lostAt, endOffset });
    // Before the first event: what is decided here must not be decided again, elsewhere in the log, after a restart.
    if (next === null || isNew) await this.#keep(owned, next ?? beginOffset);
    this.#owned.set(partition, owned);
    const startAt = states.next;
    this.#alignment.join(partition, startAt < endOffset);
    // Redis moves with the states; the group's commit may be ahead of it or behind. A lost Redis is rebuilt from the log.
    return { startAt, ...(states.fence && { partitions: states.fence.partitions }) };
  }

  async revoked({ partition }: PartitionId): Promise<void> {
    const owned = this.#owned.get(partition);
    this.#owned.delete(partition);
    this.#alignment.leave(partition);
    // Dead letters that were not written yet are not passed: their batch comes again, and its vectors are dropped as repeats.
    await owned?.states.settle().catch(() => undefined);
  }

  /** What was written in the background is in Redis now and still there, or comes again: readers of an idle partition rely on it. */
  async idle({ partition, caughtUp }: IdlePartition): Promise<void> {
    const owned = this.#owned.get(partition);
    if (!owned) return;
    // What follows the last event may be no event: markers of transactions give no batch that would say so.
    if (caughtUp) this.#alignment.stands(partition, { active: false });
    this.#commitPassedLetters(owned);
    await owned.states.settle();
    await owned.states.verify();
    const isNew = this.#takeBlueprint(owned);
    // A partition without traffic as well: the build that takes over waits for all of them.
    if ((await this.#takeOver(owned, partition)) || isNew) await this.#keep(owned, owned.states.next);
  }

  async handle(batch: PartitionBatch): Promise<HandleResult> {
    const owned = this.#owned.get(batch.partition);
    if (!owned) throw new RangeError(`partition ${batch.partition} of ${batch.topic} is not owned`);
    this.#commitPassedLetters(owned);
    // The batch before is in Redis, or is sent again: states and fence never leave a gap.
    await owned.states.settle();
    try {
      return await this.#materialize(owned, batch);
    } catch (error) {
      owned.states.discard();
      owned.rekeyed.forget();
      throw error;
    }
  }

  /** In parts, where partitions must stay together in event time: each part is published and committed by itself. */
  async #materialize(owned: Owned, batch: PartitionBatch): Promise<HandleResult> {
    this.#takeBlueprint(owned);
    const { blueprint } = owned;
    await this.#takeOver(owned, batch.partition);
    const partitioner = partitioners[blueprint.source.definition.partitioner ?? 'murmur2'];
    const place: Place = (key) => partitioner(key, owned.partitionCount);
    // Parts of a batch that failed later on are in the states already.
    const records = batch.records.filter(({ offset }) => offset >= owned.states.next);
    const decoded = await this.#parts.rows.decodeBatch(records);
    const rules = { place, maxBytes: this.#parts.maxRecordBytes };
    const read = readCandidates(blueprint, records, decoded, rules);
    const decodedOf = (record: SourceRecord): (typeof decoded)[number] | undefined => decoded[records.indexOf(record)];
    const burials = { from: owned.activations.buriesFrom, decodedOf, rules };
    const poison = [...buryOnce(blueprint, read.poison, burials)];
    for (let from = 0; from < read.candidates.length || from === 0;) {
      const to = from + (await this.#countTogether(blueprint, batch, read.candidates.slice(from)));
      const nextOffset = read.candidates[to]?.record.offset ?? batch.nextOffset;
      const candidates = read.candidates.slice(from, to);
      poison.push(...buryOnce(blueprint, await this.#materializePart(owned, batch, candidates), burials));
      const end = endOf(owned, { last: candidates.at(-1)?.record, nextOffset });
      if (poison.length > 0) {
        owned.states.commitAfterLetters(end);
      } else {
        owned.states.commit(end);
        crashPoint('features.after-commit');
      }
      from = Math.max(to, 1);
    }
    this.#alignment.stands(batch.partition, { active: batch.nextOffset < batch.highWatermark });
    return { poison };
  }

  /** How many of the next events may go without running ahead of the other partitions. */
  async #countTogether(
    { slackMs }: SourceBlueprint,
    { partition, draining }: PartitionBatch,
    candidates: readonly Candidate[],
  ): Promise<number> {
    // A deletion brings no event that others would meet; its time may be that of its record.
    const first = candidates.find(isEvent);
    if (slackMs === null || !first) return candidates.length;
    const horizonMs = await this.#alignment.horizon(partition, first.event.eventTimeMs, { slackMs, signal: draining });
    const beyond = candidates.findIndex((candidate) => isEvent(candidate) && candidate.event.eventTimeMs > horizonMs);
    return beyond === -1 ? candidates.length : Math.max(1, beyond);
  }

  async #materializePart(owned: Owned, batch: PartitionBatch, given: readonly Candidate[]): Promise<readonly Poison[]> {
    const { vectors, viewStates, metrics, now } = this.#parts;
    const { blueprint } = owned;
    await owned.states.settle();
    await owned.states.load(stateKeys(blueprint, given));
    const candidates = withEnded(blueprint, given, (key) => owned.states.change(rowState(key)));
    await owned.rekeyed.begin(blueprint.rekeyedViews);
    const borrowed = new BorrowedStates(blueprint, candidates, owned.rekeyed.pending);
    await borrowed.read((wanted) => viewStates.read(wanted));
    const {
      accepted,
      repeats,
      poison: late,
    } = judgeCandidates(blueprint, candidates, {
      ledgerOf: (key) => owned.states.change(ledgerState(key)),
      newestMs: (log, entity) => borrowed.newestMs(log, entity),
      wasSent: (log, entity, offset) => owned.rekeyed.wasSent(log, entity, offset),
    });
    crashPoint('features.before-rekey');
    const { own, ends } = await owned.rekeyed.publish(blueprint.rekeyedViews, accepted);
    const built = buildVectors(blueprint, accepted, {
      generation: batch.generation,
      computedAtMs: now(),
      isActive: (service, offset) => owned.activations.isActive(service, offset),
      ownState: (log, entity) => owned.states.change(stateKey(log, entity)),
      foreign: (log, entity) => borrowed.foreign(log, entity),
      sibling: (log, entity, before) => borrowed.sibling(log, entity, before),
      endPosition: (event, view) => ends[event]?.[view] ?? null,
      ownPosition: (event, view) => own[event]?.[view] ?? null,
    });
    const keys = new Map(accepted.map(({ record }) => [record.offset, record.key]));
    crashPoint('features.before-publish');
    // Before the commit: a crash here repeats vectors, which their readers drop, and loses none.
    await vectors.publish(built.vectors, (i) => keys.get(built.vectors[i]?.sourceOffset ?? -1) ?? null);
    crashPoint('features.after-publish');
    // Events are counted once, by the build that serves.
    const counted = blueprint.predecessor ? { accepted: 0, repeats: 0, skippedLate: 0 } : undefined;
    metrics.handled({
      source: blueprint.source.name,
      accepted: accepted.length,
      repeats,
      skippedLate: built.skippedLate,
      withoutKey: built.withoutKey,
      vectors: built.vectors,
      ...counted,
    });
    this.#parts.parity.served(built.vectors);
    return late;
  }

  /** A handler is called again when the dead letters of its last batch are written. */
  #commitPassedLetters({ states }: Owned): void {
    if (states.lettersWritten()) crashPoint('features.after-commit');
  }

  /** True when this build has begun to give what an older one gave in this partition: from its fence, to be kept with ours. */
  async #takeOver({ activations, blueprint, states }: Owned, partition: number): Promise<boolean> {
    const { predecessor, generation } = blueprint;
    if (!predecessor || activations.hasTakenOver(blueprint, Number.POSITIVE_INFINITY)) return false;
    const [fence] = await this.#parts.store.fences([{ topic: predecessor.stateTopic, generation, partition }]);
    const taken = activations.takeOver(blueprint, fence ?? null, states.next);
    if (taken) this.#parts.bus.log.info('features.taken-over', { stateTopic: states.log.topic, partition });
    return taken;
  }

  /** True when something takes effect in this partition from here on, to be kept with the fence. */
  #takeBlueprint(owned: Owned): boolean {
    if (owned.blueprint === this.#blueprint) return false;
    owned.blueprint = this.#blueprint;
    owned.rekeyed.forget();
    const { next } = owned.states;
    return owned.activations.begin(owned.blueprint, { next, lostAt: null, endOffset: next });
  }

  /** Writes what was decided for this partition without having handled anything. */
  async #keep(owned: Owned, to: number): Promise<void> {
    owned.states.commit(endOf(owned, { last: undefined, nextOffset: to }));
    await owned.states.settle();
  }
}

function endOf(
  { activations, partitionCount }: Owned,
  { last, nextOffset }: { readonly last: SourceRecord | undefined; readonly nextOffset: number },
): BatchEnd {
  return {
    to: nextOffset,
    lastHash: last ? `${last.offset}:${hashRecord(last)}` : '',
    partitions: partitionCount,
    extra: activations.encode(),
  };
}

function stateKeys({ ownViews }: SourceBlueprint, candidates: readonly Candidate[]): StateKey[] {
  const keys: StateKey[] = [];
  for (const candidate of candidates) {
    const ledger = ledgerKey(candidate);
    if (ledger !== null) keys.push(ledgerState(ledger));
    const row = rowKey(candidate);
    if (row !== null) keys.push(rowState(row));
    const { entity } = candidate.event;
    if (entity !== null) for (const log of ownViews) keys.push(stateKey(log, entity));
  }
  return keys;
}

function isEvent({ event }: Candidate): boolean {
  return event.change?.op !== 'delete';
}

function rowState(key: string): StateKey<KeptRow> {
  return { key, decode: (bytes) => KeptRow.decode(bytes) };
}

function ledgerState(key: string): StateKey<EventLedger> {
  return { key, decode: decodeLedger };
}

function decodeLedger(bytes: Buffer | null): EventLedger {
  return bytes ? EventLedger.decode(bytes) : EventLedger.empty();
}
