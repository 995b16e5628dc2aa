import { randomUUID } from 'node:crypto';
import type { JournalCommand } from '@millrace/schemas';
import type { AvroWriter } from '../avro-writer.ts';
import type { AvroReader } from '../avro-reader.ts';
import { backOffMs, waitUnlessAborted } from '../consumer/back-off.ts';
import { asError } from '../consumer/handle-carefully.ts';
import { EventsError, TransientError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { LogReader } from '../log/log-reader.ts';
import type { LogBatch } from '../log/log-reader.ts';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { bodyHashOf, CommandLedger } from './command-ledger.ts';
import type { Outcome } from './command-ledger.ts';
import type { Applied, CommandMeta, Domain } from './journal-domain.ts';
import { journalTopic, requireFitting } from './journal-topic.ts';
import { PositionBarrier } from './position-barrier.ts';

export interface JournalOptions<S, C extends { readonly type: string }> {
  /** Journal topic without the configured prefix, for example `registry.journal`. */
  readonly topic: string;
  readonly domain: Domain<S, C>;
  /** How long `submit` and `read` wait before they fail with TransientError. Default 10000. */
  readonly timeoutMs?: number;
}

export interface SubmitOptions {
  readonly actor: string;
  /** The client's id of the request: a repeat returns the first result. Drawn at random when absent. */
  readonly requestId?: string;
  /** What the client asked for, where the command holds more than that: by this a repeat is told from another request. */
  readonly asked?: unknown;
}

export type Submitted = Applied & {
  /** Position of the command that counted: the first one of this request id. */
  readonly offset: number;
  readonly repeated: boolean;
};

export interface AppliedCommand<C> {
  readonly command: C;
  readonly meta: CommandMeta;
  readonly applied: Applied;
  /** True while the journal as it was at `open` is read. */
  readonly replayed: boolean;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** The state of one domain, rebuilt from its journal and changed only through it; the same on every instance. */
export class Journal<S, C extends { readonly type: string }> {
  readonly #bus: EventBus;
  readonly #topic: string;
  readonly #timeoutMs: number;
  readonly #ledger: CommandLedger<S, C>;
  readonly #log: LogReader;
  readonly #reader: AvroReader<JournalCommand>;
  readonly #writer: AvroWriter<JournalCommand>;
  readonly #barrier: PositionBarrier;
  readonly #own = new Map<string, PromiseWithResolvers<Outcome<C>>>();
  readonly #listeners = new Set<(applied: AppliedCommand<C>) => void>();
  readonly #closed = new AbortController();
  #following: Promise<void> = Promise.resolve();
  #replayed = false;
  #reachable = true;
  #fault: EventsError | undefined;

  /** Checks the topic and starts to read. Does not wait for the replay: see `ready` and `whenReady`. */
  static async open<S, C extends { readonly type: string }>(
    bus: EventBus,
    options: JournalOptions<S, C>,
  ): Promise<Journal<S, C>> {
    const spec = journalTopic(options.topic);
    await bus.topics.ensure([spec]);
    const writer = await bus.writerFor(spec);
    const journal = new Journal(bus, options, writer);
    journal.#following = journal.#follow();
    return journal;
  }

  private constructor(bus: EventBus, options: JournalOptions<S, C>, writer: AvroWriter<JournalCommand>) {
    const spec = journalTopic(options.topic);
    this.#bus = bus;
    this.#topic = bus.topics.name(options.topic);
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#ledger = new CommandLedger(options.domain);
    this.#reader = bus.readerFor(spec);
    this.#writer = writer;
    this.#log = new LogReader(bus, { topic: this.#topic, partition: 0, startAt: 0 });
    this.#barrier = new PositionBarrier(async () => (await bus.ends.of(this.#topic, 1))[0] ?? 0);
  }

  /** Appends and waits for this command's own result. Safe to repeat under the same request id. */
  submit(command: C, options: SubmitOptions): Promise<Submitted> {
    return this.#inTime('a command', (deadline) => this.#submit(command, options, deadline));
  }

  /** The first result of a request that is made again, null for a new one: ask before what the command is made of is read. */
  async answered(asked: unknown, requestId: string | undefined): Promise<Submitted | null> {
    if (requestId === undefined) return null;
    await this.read();
    const known = this.#ledger.known(requestId, bodyHashOf(JSON.stringify(asked)));
    return known === null ? null : { ...known.applied, offset: known.offset, repeated: true };
  }

  /** The state with everything in it that was in the journal when this was called. Read it before the next await. */
  read(): Promise<S> {
    return this.#inTime('a read', async () => {
      await this.#barrier.reached();
      return this.#ledger.state;
    });
  }

  /** The state as far as this instance has come. */
  get state(): S {
    return this.#ledger.state;
  }

  /** Next offset to apply. */
  get position(): number {
    return this.#barrier.position;
  }

  /** Called for each command that changed or was rejected by the state, in order, replay included when registered at once after `open`. Returns its removal. */
  onApplied(listener: (applied: AppliedCommand<C>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** True after the replay and while the journal can be followed. */
  get ready(): boolean {
    return this.#replayed && this.#reachable && this.#fault === undefined;
  }

  /** Why this instance can never become ready: an unknown command, a journal that is not one. */
  get fault(): EventsError | undefined {
    return this.#fault;
  }

  /** Resolves after the replay, however long it takes; rejects with the fault. */
  async whenReady(): Promise<void> {
    await this.#barrier.passed(0, () => this.#replayed);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#log.close();
    await this.#following;
    this.#fail(new TransientError('journal', `journal "${this.#topic}" is closed`));
  }

  async #submit(command: C, options: SubmitOptions, deadline: AbortSignal): Promise<Submitted> {
    await this.#barrier.passed(0, () => this.#replayed);
    const payload = JSON.stringify(command);
    const { actor, requestId = randomUUID(), asked } = options;
    const bodyHash = bodyHashOf(asked === undefined ? payload : JSON.stringify(asked));
    const known = this.#ledger.known(requestId, bodyHash);
    if (known !== null) return { ...known.applied, offset: known.offset, repeated: true };
    const commandId = randomUUID();
    const envelope = { commandId, requestId, actor, atMs: Date.now(), type: command.type, payload, bodyHash };
    const record = {
      topic: this.#topic,
      partition: 0,
      key: Buffer.from(requestId),
      value: this.#writer.encode(envelope),
    };
    requireFitting(record, command.type);
    const own = Promise.withResolvers<Outcome<C>>();
    this.#own.set(commandId, own);
    try {
      const { applied, offset, isFirst } = await Promise.race([own.promise, this.#append(record, deadline)]);
      return { ...applied, offset, repeated: !isFirst };
    } finally {
      this.#own.delete(commandId);
    }
  }

  /** Never resolves: what ends the waiting is the command's own result. Rejects when it cannot be written at all. */
  async #append(record: OutgoingRecord, deadline: AbortSignal): Promise<never> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#bus.producer().send([record]);
        return await new Promise<never>(() => undefined);
      } catch (error) {
        // It may have been written: the same request again is dropped by every instance.
        if (!(error instanceof TransientError)) throw error;
        if (!(await waitUnlessAborted(backOffMs(attempt, Math.random()), deadline))) throw error;
      }
    }
  }

  async #follow(): Promise<void> {
    let replayEnd: number | undefined;
    for (let attempt = 1; !this.#closed.signal.aborted; attempt++) {
      try {
        replayEnd ??= await this.#log.endOffset();
        if (!this.#replayed && this.#log.position >= replayEnd) this.#setReplayed();
        await this.#apply(await this.#log.poll());
        this.#reachable = true;
        attempt = 0;
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        if (error instanceof EventsError) return this.#setFault(error);
        this.#reachable = false;
        this.#bus.log.warn('journal.unreachable', { topic: this.#topic, attempt, error: asError(error).message });
        await waitUnlessAborted(backOffMs(attempt, Math.random()), this.#closed.signal);
      }
    }
  }

  async #apply(batch: LogBatch): Promise<void> {
    const envelopes = await this.#decode(batch);
    for (const [i, { offset }] of batch.records.entries()) {
      const envelope = envelopes[i];
      if (envelope === undefined) continue;
      const outcome = this.#ledger.apply(envelope, offset);
      this.#own.get(outcome.meta.commandId)?.resolve(outcome);
      if (outcome.isFirst) this.#tell(outcome);
    }
    this.#barrier.advance(batch.nextOffset);
  }

  /** The batch is fetched already: a registry that is away is waited for here, or its commands would be skipped. */
  async #decode({ records }: LogBatch): Promise<JournalCommand[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const results = await this.#reader.decodeBatch(records);
        return results.map((result, i) => {
          if (result.ok) return result.value;
          const message = `the record at offset ${records[i]?.offset} of journal "${this.#topic}" is no command: ${result.message}`;
          throw new EventsError('EVENTS_JOURNAL_UNREADABLE', message);
        });
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        this.#reachable = false;
        if (!(await waitUnlessAborted(backOffMs(attempt, Math.random()), this.#closed.signal))) throw error;
      }
    }
  }

  #tell({ command, meta, applied }: Outcome<C>): void {
    for (const listener of this.#listeners) {
      try {
        listener({ command, meta, applied, replayed: !this.#replayed });
      } catch (error) {
        this.#bus.log.error('journal.listener-failed', { topic: this.#topic, error: asError(error).message });
      }
    }
  }

  #setReplayed(): void {
    this.#replayed = true;
    this.#barrier.advance(this.#log.position);
    this.#bus.log.info('journal.replayed', { topic: this.#topic, position: this.#log.position });
  }

  #setFault(error: EventsError): void {
    this.#fault = error;
    this.#bus.log.error('journal.fault', { topic: this.#topic, code: error.code, error: error.message });
    this.#fail(error);
  }

  #fail(error: Error): void {
    this.#barrier.fail(error);
    for (const { reject } of this.#own.values()) reject(error);
  }

  async #inTime<T>(what: string, work: (deadline: AbortSignal) => Promise<T>): Promise<T> {
    const deadline = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new TransientError('journal', `${what} had no answer in ${this.#timeoutMs} ms`));
    }, this.#timeoutMs);
    try {
      return await Promise.race([work(deadline.signal), late.promise]);
    } finally {
      clearTimeout(timer);
      // With a reason of its own: the one that is made otherwise carries a stack, and every read pays for it.
      deadline.abort('done');
    }
  }
}
