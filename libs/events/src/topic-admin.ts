import { setTimeout as delay } from 'node:timers/promises';
import type { TopicSpec } from '@millrace/schemas';
import type { Admin, Kafka } from 'kafkajs';
import { decodeFence } from './consumer/fence.ts';
import type { Fence } from './consumer/fence.ts';
import { EventsError, TransientError } from './errors.ts';
import { kafkaFailure } from './kafkajs/kafka-failure.ts';
import { kafkajs } from './kafkajs/load-kafkajs.ts';
import { configOf, mismatchesOf, remedyOf } from './topic-settings.ts';
import type { ExistingTopic } from './topic-settings.ts';

export interface TopicAdminOptions {
  readonly prefix: string;
  readonly now: () => number;
}

/** Kafka's error codes. */
const NON_EMPTY_GROUP = 68;
const GROUP_ID_NOT_FOUND = 69;

const partitionsTtlMs = 10_000;
const maxReplicas = 3;
const leaderWaitMs = 15_000;
const leaderPollMs = 50;
/** Short: readiness asks through here, and whoever creates topics tries again itself. */
const adminRetry = { initialRetryTime: 100, maxRetryTime: 500, retries: 4 } as const;

/** Topics of ours on the broker, created with the configuration that schemas/topics.yaml gives them. */
export class TopicAdmin {
  readonly #kafka: Kafka;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #partitions = new Map<string, { readonly count: number; readonly untilMs: number }>();
  #connected: Promise<Admin> | null = null;

  constructor(kafka: Kafka, options: TopicAdminOptions) {
    this.#kafka = kafka;
    this.#prefix = options.prefix;
    this.#now = options.now;
  }

  /** The broker's name of a topic of ours: with this installation's prefix. */
  name(topic: string): string {
    return this.#prefix + topic;
  }

  /** Creates the topics of ours that are missing, under their prefixed names; one with other settings is EVENTS_TOPIC_MISMATCH. */
  ensure(topics: readonly TopicSpec[]): Promise<void> {
    return this.ensureExact(topics.map((spec) => ({ ...spec, name: this.name(spec.name) })));
  }

  /** Same, under exactly these names: a user's own topics. */
  async ensureExact(topics: readonly TopicSpec[]): Promise<void> {
    if (topics.length === 0) return;
    const present = new Set(await this.list());
    const missing = topics.filter(({ name }) => !present.has(name));
    if (missing.length > 0) await this.#create(missing);
    for (const { name } of missing) await this.#untilLed(name);
    // Looked at also when just created: another process may have been first.
    const existing = await this.#describe(topics.map(({ name }) => name));
    const faults = topics.flatMap((spec) => faultsOf(spec, existing.get(spec.name)));
    if (faults.length > 0) throw new EventsError('EVENTS_TOPIC_MISMATCH', faults.join('\n'));
  }

  /** Partition count of an existing topic (broker name), remembered for some seconds; EVENTS_TOPIC_MISSING otherwise. */
  async partitions(topic: string): Promise<number> {
    const known = this.#partitions.get(topic);
    if (known && known.untilMs > this.#now()) return known.count;
    const count = (await this.endOffsets(topic)).length;
    this.#partitions.set(topic, { count, untilMs: this.#now() + partitionsTtlMs });
    return count;
  }

  /** Next offset of each partition, by partition (broker name). */
  async endOffsets(topic: string): Promise<number[]> {
    return (await this.#offsets(topic)).map(({ high }) => high);
  }

  /** First offset still held of each partition, by partition (broker name). */
  async beginOffsets(topic: string): Promise<number[]> {
    return (await this.#offsets(topic)).map(({ low }) => low);
  }

  /** First offset of each partition whose record is not older than the time, the next offset where there is none (broker name). */
  async offsetsAt(topic: string, timestampMs: number): Promise<number[]> {
    const rows = await this.#use(`finding a time in topic "${topic}"`, (admin) =>
      admin.fetchTopicOffsetsByTimestamp(topic, timestampMs),
    );
    const offsets: number[] = [];
    for (const { partition, offset } of rows) offsets[partition] = Number(offset);
    return offsets;
  }

  /**
   * What a consumer group (name without the prefix) has committed of a topic (broker name): the first offset not yet
   * handled of each partition, -1 where it has committed nothing.
   */
  async committedOffsets(group: string, topic: string): Promise<number[]> {
    const rows = await this.#use(`reading the offsets of group "${group}"`, (admin) =>
      admin.fetchOffsets({ groupId: this.name(group), topics: [topic] }),
    );
    const offsets: number[] = [];
    for (const { partition, offset } of rows[0]?.partitions ?? []) offsets[partition] = Number(offset);
    return offsets;
  }

  /** The fences of such commits: what the group said of where it stands; null where it has committed none. */
  async committedFences(group: string, topic: string): Promise<(Fence | null)[]> {
    const rows = await this.#use(`reading the fences of group "${group}"`, (admin) =>
      admin.fetchOffsets({ groupId: this.name(group), topics: [topic] }),
    );
    const fences: (Fence | null)[] = [];
    for (const { partition, offset, metadata } of rows[0]?.partitions ?? [])
      fences[partition] = decodeFence(Number(offset), metadata);
    return fences;
  }

  /** Deletes a consumer group (name without the prefix) with its offsets; false while it has members. An absent one is no fault. */
  deleteGroup(group: string): Promise<boolean> {
    return this.#use(`deleting group "${group}"`, async (admin) => {
      try {
        await admin.deleteGroups([this.name(group)]);
        return true;
      } catch (error) {
        const code = error instanceof kafkajs.KafkaJSDeleteGroupsError ? error.groups[0]?.errorCode : undefined;
        if (code === GROUP_ID_NOT_FOUND) return true;
        if (code === NON_EMPTY_GROUP) return false;
        throw error;
      }
    });
  }

  /** Broker names of all topics. */
  list(): Promise<string[]> {
    return this.#use('listing topics', (admin) => admin.listTopics());
  }

  /** Deletes topics by broker name; those that are absent are no fault. */
  async delete(topics: readonly string[]): Promise<void> {
    const present = new Set(await this.list());
    const doomed = topics.filter((topic) => present.has(topic));
    for (const topic of doomed) this.#partitions.delete(topic);
    if (doomed.length > 0) await this.#use('deleting topics', (admin) => admin.deleteTopics({ topics: doomed }));
  }

  /** Resolves when a broker answers. */
  async ping(): Promise<void> {
    await this.#use('asking the broker', (admin) => admin.describeCluster());
  }

  async close(): Promise<void> {
    const admin = await this.#connected?.catch(() => null);
    this.#connected = null;
    await admin?.disconnect();
  }

  async #offsets(topic: string): Promise<{ low: number; high: number }[]> {
    const rows = await this.#use(`reading the offsets of topic "${topic}"`, (admin) => admin.fetchTopicOffsets(topic));
    const offsets: { low: number; high: number }[] = [];
    for (const { partition, low, high } of rows) offsets[partition] = { low: Number(low), high: Number(high) };
    if (offsets.length > 0) return offsets;
    throw new EventsError('EVENTS_TOPIC_MISSING', `topic "${topic}" does not exist: create it, or correct its name`);
  }

  async #create(topics: readonly TopicSpec[]): Promise<void> {
    await this.#use(`creating topics ${topics.map(({ name }) => name).join(', ')}`, async (admin) => {
      const { brokers } = await admin.describeCluster();
      const replicationFactor = Math.min(maxReplicas, brokers.length);
      await admin.createTopics({
        // Waited for by `#untilLed`: kafkajs takes a topic that metadata do not show yet for one that does not exist.
        waitForLeaders: false,
        topics: topics.map((spec) => ({
          topic: spec.name,
          numPartitions: spec.partitions,
          replicationFactor,
          configEntries: configOf(spec),
        })),
      });
    });
  }

  /** A new topic is known some moments before its partitions have a leader that answers. */
  async #untilLed(topic: string): Promise<void> {
    const untilMs = this.#now() + leaderWaitMs;
    for (;;) {
      try {
        await this.endOffsets(topic);
        return;
      } catch (error) {
        const young =
          error instanceof TransientError || (error instanceof EventsError && error.code === 'EVENTS_TOPIC_MISSING');
        if (!young || this.#now() > untilMs) throw error;
        await delay(leaderPollMs);
      }
    }
  }

  async #describe(names: string[]): Promise<Map<string, ExistingTopic>> {
    return this.#use('describing topics', async (admin) => {
      const metadata = await admin.fetchTopicMetadata({ topics: names });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
      });
      const configs = new Map(
        resources.map(({ resourceName, configEntries }) => [
          resourceName,
          new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
        ]),
      );
      return new Map(
        metadata.topics.map(({ name, partitions }) => [
          name,
          { partitions: partitions.length, config: configs.get(name) ?? new Map<string, string>() },
        ]),
      );
    });
  }

  async #use<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      return await this.#once(doing, work);
    } catch (error) {
      if (!(error instanceof EventsError) || error.code !== 'EVENTS_TOPIC_MISSING') throw error;
      // kafkajs asks for every topic that this connection was ever used for: one that was deleted since fails them all.
      await this.close();
      return this.#once(doing, work);
    }
  }

  async #once<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      this.#connected ??= this.#connect();
      return await work(await this.#connected);
    } catch (error) {
      // kafkajs takes apart an empty answer when a topic's leaders are just being elected.
      if (error instanceof TypeError)
        throw new TransientError('kafka', `${doing}: no leader is known`, { cause: error });
      throw kafkaFailure(error, doing);
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin({ retry: adminRetry });
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      this.#connected = null;
      throw error;
    }
  }
}

function faultsOf(spec: TopicSpec, existing: ExistingTopic | undefined): string[] {
  if (!existing) return [`topic "${spec.name}" was created and is gone again`];
  return mismatchesOf(spec, existing).map(
    (mismatch) =>
      `topic "${spec.name}" has ${mismatch.setting} = ${mismatch.found}, ${mismatch.wanted} is configured: ${remedyOf(spec.name, mismatch)}`,
  );
}
