import type { Broker, Cluster, Consumer, EachBatchPayload, Kafka, TopicPartitionOffsetAndMetadata } from 'kafkajs';
import type { EventBus } from '../event-bus.ts';
import type { EventsLog } from '../events-config.ts';
import { kafkajs } from '../kafkajs/load-kafkajs.ts';
import { fetchRecords } from '../log/fetch-records.ts';
import { isCompacted } from '../log/is-compacted.ts';
import { asError } from './handle-carefully.ts';
import { onOutOfRange } from './out-of-range-patch.ts';
import type { PartitionId } from './partition-handler.ts';
import { leaveGroup, onJoinRequest } from './pending-join.ts';
import type { FetchedChunk } from './partition-queue.ts';
import { readAll } from './chunk-cursor.ts';
import { firstOffsetOf, hashRecord } from './source-record.ts';
import type { FetchedMessage } from './source-record.ts';
import type { LastHash } from './check-position.ts';

export interface GroupSettings {
  /** With the prefix. */
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly minBytes: number;
  readonly maxWaitMs: number;
  readonly maxBytesPerPartition: number;
  /** A member of ours that died without leaving: the group need not wait until its session has run out. */
  readonly replaces: string | undefined;
}

/** What happens to a member. All but `beforeJoin` run synchronously inside the client's own turn. */
export interface GroupEvents {
  /** Before every join: what is in flight can still be committed under the old assignment. The join waits. */
  beforeJoin(): Promise<void>;
  /** The new assignment, before anything of it is fetched. */
  joined(assignment: readonly PartitionId[]): void;
  fetched(chunk: FetchedChunk): void;
  /** Everything up to `lastOffset` is control records or aborted transactions. */
  passedOver(place: PartitionId, lastOffset: number): void;
  outOfRange(place: PartitionId): void;
  turned(): void;
  /** This member is dead and must be replaced. */
  crashed(error: Error): void;
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string | null;
}

/** What the broker knows of a topic for this group. */
export interface TopicState {
  readonly partitions: number;
  readonly beginOffsets: readonly number[];
  readonly endOffsets: readonly number[];
  /** By partition; null where the group committed nothing. */
  readonly committed: readonly (CommittedOffset | null)[];
}

/** kafkajs has these and does not say so. */
interface KafkaBatch {
  /** Control records included. */
  readonly messagesWithinOffset: readonly FetchedMessage[];
}

interface LeavingBroker {
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
}

/** Also how late a member learns that the group is forming anew. */
const HEARTBEAT_MS = 1_000;
const REBALANCE_TIMEOUT_MS = 30_000;
const METADATA_MAX_AGE_MS = 30_000;
const COORDINATOR_RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 };

/** One member of a consumer group: kafkajs's consumer with the hooks that it lacks. */
export class GroupMember {
  readonly #settings: GroupSettings;
  readonly #events: GroupEvents;
  readonly #consumer: Consumer;
  readonly #log: EventsLog;
  readonly #isCompacted: (topic: string) => Promise<boolean>;
  readonly #kafka: Kafka;
  #cluster: Cluster | undefined;
  #findCoordinator: Cluster['findGroupCoordinator'] | undefined;
  #memberId: string | undefined;
  #predecessor: string | undefined;
  /** While a join is under way. */
  #joiningAs: string | undefined;
  /** Of the latest batch: its functions act for the membership of the moment at which they are called. */
  #payload: EachBatchPayload | undefined;
  #hasLeft = false;

  constructor(bus: EventBus, settings: GroupSettings, events: GroupEvents) {
    this.#settings = settings;
    this.#predecessor = settings.replaces;
    this.#events = events;
    this.#log = bus.log;
    this.#kafka = bus.kafka;
    this.#isCompacted = (topic) => isCompacted(bus.kafka, topic);
    this.#consumer = bus.kafka.consumer({
      groupId: settings.groupId,
      sessionTimeout: settings.sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      minBytes: settings.minBytes,
      maxWaitTimeInMs: settings.maxWaitMs,
      maxBytesPerPartition: settings.maxBytesPerPartition,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      // A crash is answered in one place: the consumer is replaced.
      retry: { ...COORDINATOR_RETRY, restartOnFailure: async () => false },
      partitionAssigners: [
        (config) => {
          this.#hook(config.cluster);
          return kafkajs.PartitionAssigners.roundRobin(config);
        },
      ],
    });
  }

  /** The assigner is handed the consumer's own cluster; finding the coordinator is the first step of every join. */
  #hook(cluster: Cluster): void {
    this.#cluster = cluster;
    const findCoordinator = cluster.findGroupCoordinator.bind(cluster);
    this.#findCoordinator = findCoordinator;
    cluster.findGroupCoordinator = async (group) => {
      await this.#events.beforeJoin();
      if (this.#hasLeft) throw new Error('this member has left');
      const coordinator = await findCoordinator(group);
      onJoinRequest(coordinator, (memberId) => (this.#joiningAs = memberId === '' ? undefined : memberId));
      await this.#buryPredecessor(coordinator);
      return coordinator;
    };
    onOutOfRange(cluster, (place) => this.#events.outOfRange(place));
  }

  async #buryPredecessor(coordinator: Broker): Promise<void> {
    const memberId = this.#predecessor;
    if (memberId === undefined) return;
    this.#predecessor = undefined;
    try {
      await (coordinator as Broker & LeavingBroker).leaveGroup({ groupId: this.#settings.groupId, memberId });
    } catch (error) {
      this.#log.debug('consumer.predecessor-unknown', { memberId, error: asError(error).message });
    }
  }

  /** As the group knows it; undefined before the first join. */
  get memberId(): string | undefined {
    return this.#memberId;
  }

  async run(): Promise<void> {
    const consumer = this.#consumer;
    const { GROUP_JOIN, CRASH, FETCH, START_BATCH_PROCESS } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#memberId = payload.memberId;
      this.#joiningAs = undefined;
      const assignment = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      this.#events.joined(assignment);
    });
    consumer.on(CRASH, ({ payload }) => this.#events.crashed(payload.error));
    consumer.on(FETCH, () => this.#events.turned());
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#events.passedOver(payload, Number(payload.lastOffset));
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.#settings.topics], fromBeginning: true });
    // kafkajs would connect anew.
    if (this.#hasLeft) return consumer.disconnect();
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => this.#take(payload),
    });
  }

  #take(payload: EachBatchPayload): void {
    const { batch } = payload;
    this.#payload = payload;
    // Fetched before a seek: not what was asked for.
    if (payload.isStale()) return;
    const lastOffset = batch.lastOffset();
    const [first] = (batch as typeof batch & KafkaBatch).messagesWithinOffset;
    this.#events.fetched({
      topic: batch.topic,
      partition: batch.partition,
      messages: batch.messages,
      firstOffset: first === undefined ? Number(lastOffset) : firstOffsetOf(first),
      lastOffset: Number(lastOffset),
      highWatermark: Number(batch.highWatermark),
    });
    payload.resolveOffset(lastOffset);
  }

  pause({ topic, partition }: PartitionId): void {
    this.#ifRunning(() => this.#consumer.pause([{ topic, partitions: [partition] }]));
  }

  resume({ topic, partition }: PartitionId): void {
    this.#ifRunning(() => this.#consumer.resume([{ topic, partitions: [partition] }]));
  }

  seek({ topic, partition }: PartitionId, offset: number): void {
    this.#ifRunning(() => this.#consumer.seek({ topic, partition, offset: String(offset) }));
  }

  /** kafkajs throws when the consumer has crashed or left meanwhile: whoever replaces it starts anew. */
  #ifRunning(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#log.debug('consumer.gone', { error: asError(error).message });
    }
  }

  /**
   * One attempt under the membership of this very moment. `consumer.commitOffsets` would retry after a rejoin, when
   * the partition may be another member's.
   */
  async commit(offsets: readonly TopicPartitionOffsetAndMetadata[]): Promise<void> {
    if (this.#payload === undefined) return;
    const topics = Map.groupBy(offsets, ({ topic }) => topic);
    await this.#payload.commitOffsetsIfNecessary({
      topics: [...topics].map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map(({ partition, offset, metadata }) => ({ partition, offset, metadata })),
      })),
    });
  }

  /** False when the group no longer knows this member or is forming anew. */
  async heartbeat(): Promise<boolean> {
    try {
      await this.#payload?.heartbeat();
      return true;
    } catch {
      return false;
    }
  }

  async topicState(topic: string): Promise<TopicState> {
    const cluster = this.#requireCluster();
    await cluster.refreshMetadata();
    const partitions = cluster.findTopicPartitionMetadata(topic).length;
    const all = Array.from({ length: partitions }, (_, partition) => ({ partition }));
    const [begin, end, committed] = await Promise.all([
      cluster.fetchTopicsOffset([{ topic, partitions: all, fromBeginning: true }]),
      cluster.fetchTopicsOffset([{ topic, partitions: all, fromBeginning: false }]),
      this.#committed(topic, all),
    ]);
    return {
      partitions,
      beginOffsets: byPartition(begin[0]?.partitions, partitions),
      endOffsets: byPartition(end[0]?.partitions, partitions),
      committed,
    };
  }

  async #committed(topic: string, all: readonly { partition: number }[]): Promise<(CommittedOffset | null)[]> {
    const { groupId } = this.#settings;
    const broker = await this.#findCoordinator?.({ groupId });
    if (broker === undefined) throw new Error('kafkajs made no assigner');
    const { responses } = await broker.offsetFetch({
      groupId,
      topics: [{ topic, partitions: all.map(({ partition }) => ({ partition, offset: '-1' })) }],
    });
    const committed = Array.from<CommittedOffset | null>({ length: all.length }).fill(null);
    for (const found of (responses[0]?.partitions ?? []) as readonly FoundOffset[])
      if (Number(found.offset) >= 0)
        committed[found.partition] = { offset: Number(found.offset), metadata: found.metadata ?? null };
    return committed;
  }

  /** What the log now holds where the last handled record was. */
  async lastHashAt(place: PartitionId, offset: number): Promise<LastHash> {
    const { topic, partition } = place;
    const answer = await fetchRecords(this.#requireCluster(), {
      topic,
      partition,
      offset,
      maxWaitMs: 100,
      maxBytes: 1,
    });
    const [record] = readAll(place, answer.messages, offset);
    if (record?.offset !== offset) return { kind: (await this.#isCompacted(topic)) ? 'unknown' : 'absent' };
    return { kind: 'same-place', lastHash: `${offset}:${hashRecord(record)}` };
  }

  /** Leaves the group if it can, also out of a join: kafkajs would wait until the group has given up members that were killed. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    const memberId = this.#joiningAs;
    if (memberId !== undefined)
      await leaveGroup(this.#kafka, { groupId: this.#settings.groupId, memberId }).catch((error: unknown) =>
        this.#log.debug('consumer.not-left', { memberId, error: asError(error).message }),
      );
    await this.#consumer.disconnect().catch((error: unknown) => asError(error));
  }

  #requireCluster(): Cluster {
    if (this.#cluster === undefined) throw new Error('kafkajs made no assigner');
    return this.#cluster;
  }
}

interface FoundOffset {
  readonly partition: number;
  readonly offset: string;
  readonly metadata?: string | null;
}

function byPartition(
  found: readonly { readonly partition: number; readonly offset: string }[] | undefined,
  partitions: number,
): number[] {
  const offsets = Array.from<number>({ length: partitions }).fill(0);
  for (const { partition, offset } of found ?? []) offsets[partition] = Number(offset);
  return offsets;
}
