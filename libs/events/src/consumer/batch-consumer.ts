import { setTimeout as sleep } from 'node:timers/promises';
import { DeadLetterGuard, HANDLER_FAULT } from '../dead-letters/dead-letter-guard.ts';
import { DeadLetterWriter } from '../dead-letters/dead-letter-writer.ts';
import { EventsError, TransientError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { kafkaFailure } from '../kafkajs/kafka-failure.ts';
import { backOffMs, waitUnlessAborted } from './back-off.ts';
import type { BatchConsumerOptions, ConsumerHooks, ConsumerStatus } from './consumer-options.ts';
import type { Fence } from './fence.ts';
import { missingTopic, StartOverError } from './flow-errors.ts';
import { GroupMember } from './group-member.ts';
import type { GroupEvents } from './group-member.ts';
import { groupsOf } from './groups-of-bus.ts';
import { asError } from './handle-carefully.ts';
import { OffsetCommitter } from './offset-committer.ts';
import type { PartitionId } from './partition-handler.ts';
import { PartitionWorker } from './partition-worker.ts';
import type { WorkerOwner } from './partition-worker.ts';
import { planPartition, startFence } from './plan-start.ts';
import type { TopicPlan } from './plan-start.ts';
import { planWitnessed } from './plan-witnessed.ts';
import type { TopicEvidence } from './plan-witnessed.ts';
import { SourceWitnesses } from './source-witnesses.ts';
import { WorkerSet } from './worker-set.ts';

const DEFAULTS = {
  maxBatchRecords: 500,
  maxQueuedBytes: 4 * 1024 * 1024,
  commitIntervalMs: 200,
  idleIntervalMs: 200,
  drainMs: 8_000,
  minBytes: 1,
  maxWaitMs: 200,
  maxBytesPerPartition: 1024 * 1024,
};
/**
 * A partition that was paused is fetched again only when the fetch under way has ended: half a queue must last as long.
 */
const MAX_QUEUED_RECORDS = 10_000;

/** One assignment of this member; what belongs to an older one must not act any more. */
interface Epoch {
  readonly member: GroupMember;
  readonly places: readonly PartitionId[];
}

/**
 * Reads topics in a consumer group and hands batches to a handler: fetching overlaps handling, offsets are committed
 * after effects together with a fence, a log that is not the one that was read stops its topic, and only its topic.
 *
 * One consumer a group and EventBus.
 */
export class BatchConsumer {
  readonly #bus: EventBus;
  readonly #options: BatchConsumerOptions & typeof DEFAULTS;
  readonly #hooks: ConsumerHooks;
  readonly #workers: WorkerSet;
  readonly #committer: OffsetCommitter<PartitionWorker>;
  readonly #deadLetters: DeadLetterWriter;
  readonly #guards = new Map<string, DeadLetterGuard>();
  readonly #witnesses: SourceWitnesses;
  readonly #stopped = new Map<string, EventsError>();
  readonly #generations = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #owner: WorkerOwner;
  #epoch: Epoch | null = null;
  #member: GroupMember | null = null;
  #hasGroup = false;
  #lostMemberId: string | undefined;
  #mayCommit = false;
  #state: ConsumerStatus['state'] = 'starting';
  #lastTickMs = 0;
  #isAssigned = false;
  #assigned = Promise.withResolvers<void>();
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(bus: EventBus, options: BatchConsumerOptions) {
    this.#bus = bus;
    this.#options = { ...DEFAULTS, ...options };
    this.#hooks = options.hooks ?? {};
    this.#workers = new WorkerSet(options.handler, bus.log);
    this.#deadLetters = new DeadLetterWriter(bus, options.deadLetterGroup ?? options.group);
    this.#witnesses = new SourceWitnesses(bus, options.group);
    this.#committer = new OffsetCommitter({
      intervalMs: this.#options.commitIntervalMs,
      commit: (offsets) => (this.#mayCommit && this.#member !== null ? this.#member.commit(offsets) : false),
      committed: (worker, fence) => this.#witness(worker, fence),
      failed: (worker, error) => this.#failed(worker, error),
      postponed: (error) => bus.log.info('consumer.commit-postponed', this.#fields({ error: error.message })),
    });
    this.#owner = {
      bury: (slice) => this.#bury(slice),
      progressed: (worker) => this.#committer.mark(worker),
      gap: (place, gap) => {
        bus.log.warn('consumer.gap', this.#fields({ ...place, ...gap }));
        this.#hooks.onGap?.({ ...place, ...gap });
      },
      setFetching: (worker, fetching) => this.#setFetching(worker, fetching),
      blocked: (worker, error, attempt) => this.#blocked(worker, error, attempt),
      failed: (worker, error) => this.#failed(worker, error),
    };
  }

  /**
   * Makes the dead-letter topic and joins the group; a broker that goes away later is waited for. One that failed may be tried
   * again. `stop` ends it, also while it waits for the group to give up a member that was killed.
   */
  async start(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#claimGroup();
    try {
      await this.#deadLetters.ensureTopic();
      await this.#witnesses.ensureTopic();
      for (const topic of this.#options.topics) await this.#bus.topics.partitions(topic);
      if (this.#stop.signal.aborted) return;
      this.#lastTickMs = Date.now();
      if (this.#options.handler.idle !== undefined)
        this.#idleTimer = setInterval(() => this.#workers.requestIdle(), this.#options.idleIntervalMs);
      await this.#launch(this.#options.topics);
    } catch (error) {
      await this.#release();
      if (this.#stop.signal.aborted) return;
      throw kafkaFailure(error, `joining group "${this.#options.group}"`);
    }
  }

  #claimGroup(): void {
    const groups = groupsOf(this.#bus);
    if (groups.has(this.#options.group))
      throw new EventsError(
        'EVENTS_GROUP_IN_USE',
        `this process already has a member of group "${this.#options.group}": kafkajs mixes up their offsets. Use another EventBus`,
      );
    groups.add(this.#options.group);
    this.#hasGroup = true;
  }

  /** Resolves when every assigned partition is being read or its source has stopped. */
  whenAssigned(): Promise<void> {
    return this.#assigned.promise;
  }

  /** Drains what is in flight, commits, leaves the group. */
  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    await this.#release();
    this.#committer.close();
    this.#state = 'stopped';
    this.#assigned.resolve();
  }

  /** As it was before the start. */
  async #release(): Promise<void> {
    clearInterval(this.#idleTimer);
    await this.#dismiss();
    if (this.#hasGroup) groupsOf(this.#bus).delete(this.#options.group);
    this.#hasGroup = false;
  }

  /** Goes on with a source in a new generation, from the beginning of its log, whether it had stopped or not. */
  async resume(topic: string, generation: number): Promise<void> {
    this.#generations.set(topic, generation);
    await this.#takeAnew(topic);
  }

  /**
   * Goes on with a source where it stopped, in the same generation, and dead-letters whatever its handler gives up: until
   * a stretch of records keeps the limits again (see DeadLetterLimits). For EVENTS_TOO_MANY_DEAD_LETTERS, once a person has
   * looked. A source that stopped because of its log stops again: see `resume`.
   */
  async accept(topic: string): Promise<void> {
    this.#guardOf(topic).accept();
    await this.#takeAnew(topic);
  }

  async #takeAnew(topic: string): Promise<void> {
    this.#stopped.delete(topic);
    const epoch = this.#epoch;
    if (epoch === null) return;
    const places = epoch.places.filter((place) => place.topic === topic);
    await this.#retire(places);
    await this.#assignTopic(epoch, topic, places);
  }

  get status(): ConsumerStatus {
    const partitions = this.#workers.statuses();
    const stopped = [...this.#stopped].map(([topic, { code, message }]) => ({ topic, code, message }));
    const [stoppedBy] = stopped;
    return {
      group: this.#options.group,
      state: this.#state,
      lastTickMs: this.#lastTickMs,
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      stopped,
      partitions,
      pending: (this.#epoch?.places ?? []).filter(
        (place) => this.#workers.get(place) === undefined && !this.#stopped.has(place.topic),
      ),
      lag: partitions.reduce((sum, { lag }) => sum + lag, 0),
    };
  }

  async #launch(topics: readonly string[]): Promise<void> {
    const { group, minBytes, maxWaitMs, maxBytesPerPartition } = this.#options;
    const settings = {
      groupId: this.#bus.topics.name(group),
      topics,
      sessionTimeoutMs: this.#bus.config.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      minBytes,
      maxWaitMs,
      maxBytesPerPartition,
      replaces: this.#lostMemberId,
    };
    const isCurrent = (): boolean => this.#member === member;
    const events: GroupEvents = {
      beforeJoin: async () => {
        if (isCurrent()) await this.#handBack();
      },
      joined: (places) => {
        if (isCurrent() && !this.#stop.signal.aborted) this.#joined(member, places);
      },
      fetched: (chunk) => this.#workers.get(chunk)?.enqueue(chunk),
      passedOver: (place, lastOffset) => this.#workers.get(place)?.passOver(lastOffset),
      outOfRange: (place) => {
        member.pause(place);
        if (isCurrent()) void this.#startOver(place);
      },
      turned: () => {
        this.#lastTickMs = Date.now();
      },
      crashed: (error) => {
        if (isCurrent() && !this.#stop.signal.aborted) void this.#relaunch(error);
      },
    };
    const member = new GroupMember(this.#bus, settings, events);
    this.#member = member;
    await member.run();
  }

  /** The member is gone: a new one takes its place, for as long as it takes. */
  async #relaunch(cause: Error): Promise<void> {
    this.#bus.log.warn('consumer.crashed', this.#fields({ error: cause.message }));
    this.#lostMemberId = this.#member?.memberId ?? this.#lostMemberId;
    this.#member = null;
    await this.#handBack();
    for (let attempt = 1; await waitUnlessAborted(backOffMs(attempt, Math.random()), this.#stop.signal); attempt++) {
      try {
        const existing = new Set(await this.#bus.topics.list());
        const topics = this.#options.topics.filter((topic) => existing.has(topic));
        const missing = this.#options.topics.filter((topic) => !existing.has(topic));
        for (const topic of missing) this.#stopSource(topic, missingTopic(topic));
        if (topics.length === 0) continue;
        await this.#launch(topics);
        if (missing.length > 0) void this.#watchFor(missing);
        return;
      } catch (error) {
        const { message } = asError(error);
        this.#bus.log.warn('consumer.relaunch-failed', this.#fields({ error: message, attempt }));
        await this.#dismiss();
      }
    }
  }

  /** A topic that was deleted is joined again once it is there; whether it is the same log is then checked. */
  async #watchFor(missing: readonly string[]): Promise<void> {
    const member = this.#member;
    while (await waitUnlessAborted(MISSING_TOPIC_MS, this.#stop.signal)) {
      if (this.#member !== member) return;
      const existing = await this.#bus.topics.list().catch((): string[] => []);
      if (this.#member !== member || !missing.some((topic) => existing.includes(topic))) continue;
      await this.#dismiss();
      return this.#relaunch(new Error(`topic "${missing.join('", "')}" is back`));
    }
  }

  /** The present member leaves; its events no longer count. */
  async #dismiss(): Promise<void> {
    const member = this.#member;
    await this.#handBack();
    this.#member = null;
    await member?.leave();
  }

  /** Work in hand is finished or given up, what is durable is committed, the handler lets go of its partitions. */
  async #handBack(): Promise<void> {
    if (this.#state !== 'starting') this.#state = 'rebalancing';
    const heartbeats = setInterval(() => void this.#member?.heartbeat(), 1_000);
    try {
      await this.#workers.drain(this.#options.drainMs);
      await Promise.race([this.#committer.flush(), sleep(FLUSH_MS, undefined, { ref: false })]);
    } finally {
      clearInterval(heartbeats);
      // From here to the next assignment a commit could speak for another member's partition.
      this.#mayCommit = false;
      this.#epoch = null;
    }
    await this.#workers.revokeAll();
  }

  /** Runs in the client's own turn: everything is paused before the first fetch. */
  #joined(member: GroupMember, places: readonly PartitionId[]): void {
    for (const place of places) member.pause(place);
    const epoch: Epoch = { member, places };
    this.#epoch = epoch;
    this.#mayCommit = true;
    this.#state = 'running';
    if (this.#isAssigned) this.#assigned = Promise.withResolvers<void>();
    this.#isAssigned = false;
    void this.#assign(epoch);
  }

  async #assign(epoch: Epoch): Promise<void> {
    const topics = Map.groupBy(epoch.places, ({ topic }) => topic);
    await Promise.all([...topics].map(([topic, places]) => this.#assignTopic(epoch, topic, places)));
    if (this.#epoch !== epoch) return;
    this.#isAssigned = true;
    this.#assigned.resolve();
  }

  async #assignTopic(epoch: Epoch, topic: string, places: readonly PartitionId[]): Promise<void> {
    if (places.length === 0) return;
    const stoppedBy = this.#stopped.get(topic);
    // What concerns the log is looked at again; a handler that fails on everything is not let loose by a rebalance.
    if (stoppedBy !== undefined && LASTING_STOPS.has(stoppedBy.code)) return;
    this.#stopped.delete(topic);
    const wanted = Math.max(this.#generations.get(topic) ?? 0, this.#options.generationOf?.(topic) ?? 0);
    const evidence: TopicEvidence = {
      topicState: (of) => epoch.member.topicState(of),
      lastHashAt: (place, offset) => epoch.member.lastHashAt(place, offset),
      witness: (of) => this.#witnesses.find(of),
    };
    const plan = await this.#persistently(epoch, topic, () => planWitnessed(topic, wanted, evidence));
    if (plan === null) return;
    await Promise.all(
      places.map((place) => this.#persistently(epoch, topic, () => this.#assignPartition(epoch, plan, place))),
    );
  }

  #witness({ place }: PartitionWorker, { generation, lastHash }: Fence): void {
    const witness = { generation, partition: place.partition, lastHash };
    this.#witnesses.note(place.topic, witness).catch((error: unknown) => {
      this.#bus.log.info('consumer.witness-postponed', this.#fields({ ...place, error: asError(error).message }));
    });
  }

  async #assignPartition(epoch: Epoch, plan: TopicPlan, place: PartitionId): Promise<void> {
    const { member } = epoch;
    // An older assignment of the same partition may still be at its last batch.
    await this.#workers.whenFree(place);
    if (this.#epoch !== epoch || this.#stopped.has(place.topic)) return;
    const partition = await planPartition(place, plan, (offset) => member.lastHashAt(place, offset));
    const { generation } = plan;
    let worker: PartitionWorker | null = null;
    const own = await this.#options.handler.assigned?.({
      ...place,
      ...partition,
      generation,
      commitIntent: (intent) =>
        worker === null
          ? Promise.reject(new TransientError('kafka', 'an intent belongs to a batch: none was handled yet'))
          : this.#committer.commitIntent(worker, intent),
      requestIdle: () => worker?.requestIdle(),
    });
    const start = startFence(place, plan, partition, own ?? {});
    if (this.#epoch !== epoch || this.#stopped.has(place.topic)) {
      await this.#workers.revoke(place);
      return;
    }
    const { maxBatchRecords, maxQueuedBytes, handler } = this.#options;
    worker = new PartitionWorker({
      place,
      generation,
      start,
      handler,
      maxBatchRecords,
      maxQueuedBytes,
      cutAt: own?.cutAt,
      endOffset: partition.endOffset,
      hooks: this.#hooks,
      owner: this.#owner,
      maxQueuedRecords: this.#options.maxQueuedRecords ?? Math.max(MAX_QUEUED_RECORDS, 4 * maxBatchRecords),
    });
    this.#workers.add(worker);
    member.seek(place, start.nextOffset);
    member.resume(place);
    this.#bus.log.info('consumer.assigned', this.#fields({ ...place, generation, startAt: start.nextOffset }));
  }

  /** Tries until it works or the assignment is over; a coded error stops the source. Null when nothing came of it. */
  async #persistently<T>(epoch: Epoch, topic: string, work: () => Promise<T>): Promise<T | null> {
    for (let attempt = 1; this.#epoch === epoch; attempt++) {
      try {
        return await work();
      } catch (thrown) {
        const error = asError(thrown);
        if (error instanceof EventsError) {
          if (this.#epoch === epoch) this.#stopSource(topic, error);
          return null;
        }
        this.#bus.log.warn('consumer.assignment-failed', this.#fields({ topic, attempt, error: error.message }));
        if (!(await waitUnlessAborted(backOffMs(attempt, Math.random()), this.#stop.signal))) return null;
      }
    }
    return null;
  }

  #blocked({ place }: PartitionWorker, error: Error, attempt: number): void {
    this.#hooks.onBlocked?.({ ...place, error, attempt });
    if (attempt === 1 || attempt % 10 === 0)
      this.#bus.log.warn('consumer.blocked', this.#fields({ ...place, attempt, error: error.message }));
  }

  #failed(worker: PartitionWorker, error: Error): void {
    const { topic } = worker.place;
    if (error instanceof StartOverError) {
      this.#bus.log.warn('consumer.starting-over', this.#fields({ ...worker.place, error: error.message }));
      void this.#startOver(worker.place);
    } else if (error instanceof EventsError) this.#stopSource(topic, error);
    else this.#stopSource(topic, new EventsError('EVENTS_CONSUMER_FAULT', error.message, { cause: error }));
  }

  /** Gives the partition up and takes it anew from its fence, if the group still says that it is ours. */
  async #startOver(place: PartitionId): Promise<void> {
    const epoch = this.#epoch;
    if (epoch === null) return;
    epoch.member.pause(place);
    await this.#retire([place]);
    // A zombie finds out here, before it claims anything.
    await epoch.member.heartbeat();
    if (!(await waitUnlessAborted(START_OVER_MS * (0.5 + Math.random()), this.#stop.signal))) return;
    if (this.#epoch === epoch && !this.#stopped.has(place.topic)) await this.#assignTopic(epoch, place.topic, [place]);
  }

  #stopSource(topic: string, error: EventsError): void {
    if (this.#stopped.has(topic)) return;
    this.#stopped.set(topic, error);
    this.#bus.log.error('consumer.source-stopped', this.#fields({ topic, code: error.code, error: error.message }));
    this.#hooks.onAlert?.({ kind: 'source-stopped', topic, error });
    const places = this.#epoch?.places.filter((place) => place.topic === topic) ?? [];
    for (const place of places) this.#epoch?.member.pause(place);
    void this.#retire(places);
  }

  async #retire(places: readonly PartitionId[]): Promise<void> {
    await this.#workers.drainSome(places, this.#options.drainMs);
    await this.#committer.flush();
    await Promise.all(places.map((place) => this.#workers.revoke(place)));
  }

  #setFetching({ place }: PartitionWorker, fetching: boolean): void {
    if (this.#stopped.has(place.topic)) return;
    if (fetching) this.#epoch?.member.resume(place);
    else this.#epoch?.member.pause(place);
  }

  #guardOf(topic: string): DeadLetterGuard {
    let guard = this.#guards.get(topic);
    if (guard === undefined) {
      guard = new DeadLetterGuard({ ...this.#bus.config.deadLetterLimits, ...this.#options.deadLetterLimits });
      this.#guards.set(topic, guard);
    }
    return guard;
  }

  async #bury({ topic, records, poison, generation }: Parameters<WorkerOwner['bury']>[0]): Promise<void> {
    const reasons = records === 0 ? [] : poison.map(({ reason }) => reason);
    const tooMany = this.#guardOf(topic).admit(records, reasons, Date.now());
    if (tooMany !== null) throw tooMany;
    if (poison.length === 0) return;
    await this.#deadLetters.write(poison, generation);
    for (const { record, reason, message } of poison) {
      const place = { topic: record.topic, partition: record.partition, offset: record.offset };
      this.#hooks.onDeadLetter?.({ ...place, reason });
      if (reason !== HANDLER_FAULT) continue;
      this.#bus.log.error('consumer.handler-fault', this.#fields({ ...place, error: message }));
      this.#hooks.onAlert?.({ kind: 'handler-fault', ...place, error: new Error(message) });
    }
  }

  #fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return { group: this.#options.group, ...fields };
  }
}

/** A broker that does not answer a commit must not keep the member from joining again. */
const FLUSH_MS = 3_000;
const SESSION_TIMEOUT_MS = 10_000;
const MISSING_TOPIC_MS = 2_000;
const LASTING_STOPS = new Set(['EVENTS_TOO_MANY_DEAD_LETTERS', 'EVENTS_CONSUMER_FAULT']);
const START_OVER_MS = 200;
